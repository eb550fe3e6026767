"""What simulated routines do: pure functions of the items that they take, chosen so that no schedule may matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from jobs.runtime.program import Program
from templates_app.routines import Emission
from templates_app.spec import Port

Payload = dict[str, int]
MOST_HOPS = 3


@dataclass(frozen=True, slots=True)
class Habit:
    """What one node does with its items."""

    number: int
    emits: int = 1  #: items for each item taken, or for each pair joined
    loops: bool = False  #: sends items round by `again`, until they made their hops
    skips: int = 0  #: its error handler skips items whose value this divides; 0 for none
    counts: bool = False  #: keeps count of its activations in the node's durable state
    asks: str = ""  #: parks until there is an answer: a decision, or the end of a child job


@dataclass(frozen=True)
class Flow:
    """A program, what its nodes do, and what is put into it: the first port makes the job, the others are posted."""

    program: Program
    habits: Mapping[str, Habit]
    inputs: tuple[tuple[Port, Payload], ...]
    keep_open: bool = False
    #: Whether a result may depend on the schedule: capacities and steps that stop the job make it so.
    confluent: bool = True

    @cached_property
    def wires(self) -> dict[tuple[str, str], list[Port]]:
        wires: dict[tuple[str, str], list[Port]] = {}
        for c in self.program.spec.connections:
            wires.setdefault((c.source, c.event), []).append(Port(c.target, c.slot))
        return wires

    def joins(self, node: str) -> bool:
        policy = self.program.spec.nodes[node].policy
        return policy is not None and policy["type"] == "all_slots_ready"

    def works(self, node: str, items: Sequence[Payload]) -> bool:
        """False when the step's error handler says skip."""
        skips = self.habits[node].skips
        return not skips or any(item["value"] % skips for item in items)

    def sends(self, node: str, items: Sequence[Payload]) -> Iterator[Emission]:
        """What an activation emits: for each item by itself; a join forgets its items, as pairs are made by chance."""
        habit = self.habits[node]
        if self.joins(node):
            for n in range(habit.emits):
                yield Emission("out", {"value": habit.number * 100 + n, "hops": MOST_HOPS})
            return
        for item in items:
            yield from _each(habit, item)


def _each(habit: Habit, item: Payload) -> Iterator[Emission]:
    if habit.loops and item["hops"] < MOST_HOPS:
        yield Emission("again", {"value": item["value"] + 1, "hops": item["hops"] + 1})
        return
    for n in range(habit.emits):
        yield Emission("out", {"value": (item["value"] * 31 + habit.number * 7 + n) % 10_007, "hops": item["hops"]})
