"""Where a difference stands on either side, which part of the template it touches, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

from routilux_site.lib.errors import join_path
from templates_app.diff.difference import ABSENT, Difference, Impact, Kind, Subject
from templates_app.diff.jsonvalues import is_secret, shown
from templates_app.routines.secret import KEY as SECRET
from templates_app.routines.text import shorten

_IMPACTS = {
    "slots": Impact.DATA,
    "events": Impact.DATA,
    "input_schema": Impact.DATA,
    "timeout": Impact.LIMITS,
    "capacity": Impact.LIMITS,
    "max_workers": Impact.LIMITS,
    "max_attempts": Impact.LIMITS,
    "concurrency": Impact.LIMITS,
    "rate_limit": Impact.LIMITS,
    "description": Impact.DESCRIPTION,
    "category": Impact.DESCRIPTION,
    "tags": Impact.DESCRIPTION,
}
_PORTS = {"slots": "slot", "events": "event"}


@dataclass(frozen=True, slots=True)
class Spot:
    """A value inside a template. `keys` lead to it from its node, or from the flow when `node` is empty."""

    path: str
    old_path: str
    node: str = ""
    keys: tuple[str, ...] = ()

    def at(self, key: str | int) -> Spot:
        return Spot(join_path(self.path, key), join_path(self.old_path, key), self.node, (*self.keys, str(key)))

    @property
    def impact(self) -> Impact:
        """By the field; the settings of a slot on both sides go by their own name, the slot itself is data."""
        field = self.keys[0] if self.keys else ""
        is_of_slot = field == "slots" and len(self.keys) > 2
        return _IMPACTS.get(self.keys[2] if is_of_slot else field, Impact.BEHAVIOUR)

    @property
    def words(self) -> str:
        """`‘clean’: config.timeout`."""
        name = reduce(join_path, self.keys, "")
        return f"‘{self.node}’: {name}" if self.node else name


def setting(spot: Spot, before: Any, after: Any) -> Difference:
    kind = Kind.ADDED if before is ABSENT else Kind.REMOVED if after is ABSENT else Kind.CHANGED
    old, new = shown(before, after), shown(after, before)
    return Difference(
        kind=kind,
        subject=Subject.SETTING,
        node=spot.node,
        path=spot.path,
        old_path=spot.old_path,
        before=old,
        after=new,
        impact=spot.impact,
        sentence=_port_sentence(spot, kind) if _is_port(spot) else _sentence(spot.words, old, new),
    )


def order(spot: Spot, before: list[str], after: list[str]) -> Difference:
    """The same names in another order: what the routine gets in which position, or only how it is listed."""
    counts = spot.keys[-1] == "slots"
    return Difference(
        kind=Kind.CHANGED,
        subject=Subject.SETTING,
        node=spot.node,
        path=spot.path,
        old_path=spot.old_path,
        before=before,
        after=after,
        impact=Impact.DATA if counts else Impact.DESCRIPTION,
        sentence=f"The {spot.keys[-1]} of ‘{spot.node}’ stand in another order.",
    )


def _is_port(spot: Spot) -> bool:
    return len(spot.keys) == 2 and spot.keys[0] in _PORTS and bool(spot.node)


def _port_sentence(spot: Spot, kind: Kind) -> str:
    has = "has a new" if kind == Kind.ADDED else "no longer has the"
    return f"‘{spot.node}’ {has} {_PORTS[spot.keys[0]]} ‘{spot.keys[1]}’."


def _sentence(words: str, before: Any, after: Any) -> str:
    if before is ABSENT:
        return f"{words} is set to {brief(after)}; it was not set."
    if after is ABSENT:
        return f"{words} is no longer set; it was {brief(before)}."
    return f"{words} is {brief(after)} instead of {brief(before)}."


def brief(value: Any) -> str:
    if is_secret(value):
        return f"the secret {shorten(value[SECRET])}"
    return "nothing" if value is None else shorten(value, 80)
