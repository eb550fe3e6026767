"""From the paths of verbs, which name fields of a prototype, to the places in the body that the caller sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from routilux_site.lib.errors import RoutiluxError, join_path, split_path
from templates_app.document import FLOW_FIELDS

Place = Callable[[str], str]

_BESIDE = frozenset({"name", "description", "category", "tags", "release", "example_config", "base", "message"})


@contextmanager
def pointing(place: Place, of: type[RoutiluxError] = RoutiluxError) -> Iterator[None]:
    """Within, refusals, or those of a kind, say where in the body it is wrong."""
    try:
        yield
    except of as error:
        error.errors = tuple(replace(told, path=place(told.path)) for told in error.errors)
        error.path = place(error.path)
        raise


def inside(field: str) -> Place:
    """The document, or the overrides, stand in `field` of the body, what people read about them beside it."""

    def place(path: str) -> str:
        root = split_path(path)[:1]
        if root and root[0] in _BESIDE:
            return path
        return _under(f"{field}.settings" if root and root[0] in FLOW_FIELDS else field, path)

    return place


def inside_routine(field: str) -> Place:
    """The same for routines, whose fields stand at the top of their document."""

    def place(path: str) -> str:
        root = split_path(path)[:1]
        return path if root and root[0] in _BESIDE else _under(field, path)

    return place


def among(said: Mapping[str, Sequence[str] | Mapping[str, object]]) -> Place:
    """Fields of a patch stand under their paths in an object (`set`) or as members of a list (`reset`, `paths`)."""

    def place(path: str) -> str:
        for field, paths in said.items():
            for index, stated in enumerate(paths):
                if _covers(stated.removeprefix("settings."), path):
                    key = stated if isinstance(paths, Mapping) else index
                    return _under(join_path(field, key), path[len(stated.removeprefix("settings.")) :].lstrip("."))
        return path

    return place


def taken(path: str) -> str:
    """A choice of a rebase stands under the whole path, as one key."""
    return path if path in ("origin", "version", "") else join_path("take", path)


def _covers(stated: str, path: str) -> bool:
    return bool(stated) and (path == stated or path.startswith((f"{stated}.", f"{stated}[")))


def _under(place: str, path: str) -> str:
    return f"{place}{path}" if not path or path.startswith("[") else f"{place}.{path}"
