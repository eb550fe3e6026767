"""What a plan says. Pure data, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from routilux_site.lib import strict_json
from routilux_site.lib.errors import join_path
from templates_app.problems import Problem
from templates_app.routines.text import shorten

if TYPE_CHECKING:
    from templates_app.impact import Impact

Action = Literal["create", "update", "unchanged"]
Change = Literal["new-revision", "becomes-invalid", "heals"]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`op` tells absent from null: what is added had no value before, what is removed has none after."""

    path: str
    op: Literal["add", "remove", "replace"]
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        if self.op == "add":
            return f"+ {self.path}: {shorten(self.after)}"
        if self.op == "remove":
            return f"- {self.path}: {shorten(self.before)}"
        return f"~ {self.path}: {shorten(self.before)} -> {shorten(self.after)}"


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one prototype that a document names."""

    action: Action
    kind: str
    name: str
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """A flow that no document names, and that changes because something under it does. Hashes are of revisions.

    Unfinished jobs stay pinned to the revision `before`, schedules follow.
    """

    flow: str
    what: Change
    before: str | None
    after: str | None
    reason: str = ""
    unfinished_jobs: int = 0
    schedules: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` in the order in which they are taken. With problems nothing was, or would be, written.

    `impact`, in full and with the named prototypes themselves, is told before applying only.
    """

    steps: tuple[Step, ...] = ()
    effects: tuple[Effect, ...] = ()
    problems: tuple[Problem, ...] = ()
    impact: Impact | None = field(default=None, compare=False)

    @property
    def has_changes(self) -> bool:
        return any(step.action != "unchanged" for step in self.steps)

    def to_json(self) -> dict[str, Any]:
        return {
            "has_changes": self.has_changes,
            "steps": [asdict(step) for step in self.steps],
            "effects": [asdict(effect) for effect in self.effects],
            "problems": [problem.to_json() for problem in self.problems],
            "impact": self.impact.to_json() if self.impact else None,
        }


def field_changes(before: Mapping[str, Any], after: Mapping[str, Any], path: str = "") -> Iterator[FieldChange]:
    """Field by field; of lists, which have no names in them, only connections are told one by one."""
    for key in sorted(before.keys() | after.keys()):
        place = join_path(path, key)
        old, new = _by_ends(before.get(key), place), _by_ends(after.get(key), place)
        if key not in before and not isinstance(new, dict):
            yield FieldChange(place, "add", after=new)
        elif key not in after and not isinstance(old, dict):
            yield FieldChange(place, "remove", before=old)
        elif _is_object(old, key in before) and _is_object(new, key in after):
            yield from _inner_changes(old, new, place)
        elif strict_json.canonical(old) != strict_json.canonical(new):
            yield FieldChange(place, "replace", old, new)


def _inner_changes(old: Any, new: Any, place: str) -> Iterator[FieldChange]:
    """An object that comes or goes is told by what is in it, and by itself when it is empty."""
    if old is None and not new:
        yield FieldChange(place, "add", after={})
    elif new is None and not old:
        yield FieldChange(place, "remove", before={})
    else:
        yield from field_changes(old or {}, new or {}, place)


def _is_object(value: Any, is_there: bool) -> bool:
    return isinstance(value, dict) or not is_there


def _by_ends(value: Any, path: str) -> Any:
    """Connections have no names and no order: their ends are their place."""
    if path != "connections" or not isinstance(value, list):
        return value
    return {f"{ends['from']} -> {ends['to']}": True for ends in value}
