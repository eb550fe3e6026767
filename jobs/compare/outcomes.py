"""How two jobs went, node by node, and where they first parted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Outcome:
    """What became of the steps of one node in one job. `first` is the id of its first step: the order of events."""

    statuses: dict[str, int] = field(default_factory=dict)
    attempts: int = 0
    seconds: float = 0.0
    first: int = 0

    @property
    def steps(self) -> int:
        return sum(self.statuses.values())

    @property
    def words(self) -> str:
        return ", ".join(f"{count} {status}" for status, count in sorted(self.statuses.items()))


@dataclass(frozen=True, slots=True)
class Side:
    node: str
    a: Outcome | None
    b: Outcome | None

    @property
    def differs(self) -> bool:
        return (self.a.statuses if self.a else {}) != (self.b.statuses if self.b else {})


#: node, status, steps, attempts, seconds, first step
Row = tuple[str, str, int, int, float, int]


def outcomes(rows: Iterable[Row]) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    for node, status, steps, attempts, seconds, first in rows:
        known = found.setdefault(node, Outcome(first=first))
        known.statuses[status] = known.statuses.get(status, 0) + steps
        known.attempts += attempts
        known.seconds += seconds
        known.first = min(known.first, first)
    return found


def sides(a: Mapping[str, Outcome], b: Mapping[str, Outcome]) -> list[Side]:
    """In the order in which the nodes had their first step, in `a` or else in `b`."""
    order = sorted(a, key=lambda node: a[node].first)
    later = sorted(b.keys() - a.keys(), key=lambda node: b[node].first)
    return [Side(node, a.get(node), b.get(node)) for node in [*order, *later]]


def divergence(found: Sequence[Side]) -> str:
    """Where they first parted, in a sentence; empty when each node went alike."""
    first = next((side for side in found if side.differs), None)
    if first is None:
        return ""
    if first.a is None or first.b is None:
        which, other = ("A", "B") if first.b is None else ("B", "A")
        return f"They part at ‘{first.node}’: it had steps in {which} only, {other} never reached it."
    return f"They part at ‘{first.node}’: {first.a.words} in A, {first.b.words} in B."
