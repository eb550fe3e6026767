"""Three-way comparison of what prototypes store: what changed there, what here, and where both did. Pure.

`base` is what both sides once saw, `theirs` what stands there now, `ours` what here; all in the form of `stored`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from templates_app.fieldpaths import ABSENT, Keys, drop, fields, get, put, same, show

Form = Mapping[str, Any]
Side = Literal["theirs", "ours"]
Kind = Literal["theirs", "ours", "same", "conflict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field that differs from `base` on at least one side; a value may be ABSENT, which is not null.

    `kind` tells who changed it: they, we, both alike (`same`), or both differently (`conflict`). A node that one of
    the three lacks stands as a whole, and a connection as `connections["a.out -> b.in"]`.
    """

    keys: Keys
    base: Any
    theirs: Any
    ours: Any
    kind: Kind

    @property
    def path(self) -> str:
        return show(self.keys)

    def to_json(self) -> dict[str, Any]:
        """Without the sides on which the field is absent."""
        sides = {"base": self.base, "theirs": self.theirs, "ours": self.ours}
        known = {name: value for name, value in sides.items() if value is not ABSENT}
        return {"path": self.path, "kind": self.kind, **known}


@dataclass(frozen=True, slots=True)
class Merged:
    """`form` has what they changed and what we changed; in a conflict ours stays, so that nobody's text is lost."""

    form: dict[str, Any]
    changes: tuple[Change, ...]


def three_way(base: Form, theirs: Form, ours: Form) -> list[Change]:
    """Every change of either side, by path."""
    sides = [_with_ends(form) for form in (base, theirs, ours)]
    places = sorted({keys for form in sides for keys in _places(form, sides)})
    changes = (_change(keys, *(get(form, keys) for form in sides)) for keys in places)
    return [change for change in changes if change is not None]


def merge(base: Form, theirs: Form, ours: Form) -> Merged:
    changes = three_way(base, theirs, ours)
    return Merged(apply(ours, changes, {}), tuple(changes))


def apply(ours: Form, changes: Iterable[Change], take: Mapping[str, Side]) -> dict[str, Any]:
    """`ours` with their side wherever `take` says so, or says nothing and only they changed the field."""
    form = _with_ends(ours)
    for change in changes:
        if take.get(change.path, "theirs" if change.kind == "theirs" else "ours") == "theirs":
            gone = change.theirs is ABSENT
            form = drop(form, change.keys) if gone else put(form, change.keys, change.theirs)
    return _with_list(form, ours)


def _change(keys: Keys, base: Any, theirs: Any, ours: Any) -> Change | None:
    they, we = not same(base, theirs), not same(base, ours)
    if not they and not we:
        return None
    both: Kind = "same" if same(theirs, ours) else "conflict"
    kind: Kind = both if they and we else "theirs" if they else "ours"
    return Change(keys=keys, base=base, theirs=theirs, ours=ours, kind=kind)


def _places(form: Form, sides: Iterable[Form]) -> Iterator[Keys]:
    """The fields of `form`; a node that has been added or removed is one place, or it could be taken by halves."""
    nodes = [side.get("nodes", {}) for side in sides]
    for keys, value in fields(form):
        if keys == ("connections",):
            yield from (("connections", ends) for ends in value)
        elif keys[0] == "nodes" and _is_partial([found.get(keys[1]) for found in nodes]):
            yield keys[:2]
        else:
            yield keys


def _is_partial(nodes: list[Mapping[str, Any] | None]) -> bool:
    return None in nodes and any(node is not None and "routine" in node for node in nodes)


def _with_ends(form: Form) -> dict[str, Any]:
    if "connections" not in form:
        return dict(form)
    return {**form, "connections": {f"{source} -> {target}": True for source, target in form["connections"]}}


def _with_list(form: dict[str, Any], like: Form) -> dict[str, Any]:
    if "connections" not in form and "connections" not in like:
        return form
    return {**form, "connections": [ends.split(" -> ") for ends in sorted(form.get("connections", {}))]}
