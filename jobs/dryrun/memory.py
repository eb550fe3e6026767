"""The in-memory store behind the router: what Postgres keeps of a job, kept in dictionaries instead."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from jobs.runtime.program import Program
from jobs.runtime.router import NOBODY, NewItem, NewStep, Recall, Router
from jobs.runtime.store.claim import Inputs


@dataclass(slots=True)
class Decision:
    """What a policy was shown and said, each time it was asked."""

    at: float
    node: str
    queued: dict[str, int]
    drained: bool
    take: dict[str, int] | None  #: None: it declined
    message: Any = None
    look_again_at: float | None = None


@dataclass(slots=True)
class Memory:
    program: Program
    now: float
    items: dict[int, NewItem] = field(default_factory=dict)
    taken: dict[int, list[int]] = field(default_factory=dict)  #: step -> the items that it took, oldest first
    waiting: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    activated: dict[str, float] = field(default_factory=dict)
    timers: dict[str, float] = field(default_factory=dict)
    remembered: dict[str, Mapping[str, Any]] = field(default_factory=dict)  #: what custom policies keep, by node
    dropped: list[int] = field(default_factory=list)  #: items that a policy passed over, or a full slot
    ordinals: Iterator[int] = field(default_factory=lambda: count(1))

    def router(self) -> Router:
        recall = Recall({number: item.payload for number, item in self._held()}, self.remembered)
        return Router(
            self.program,
            waiting=self.waiting,
            now=self.now,
            last=self.activated,
            ordinals=self.ordinals,
            recall=recall,
        )

    def keep(self, router: Router) -> list[NewStep]:
        """Take over what `router` decided, as one commit does; returns the steps that came into being."""
        for step in router.steps:
            self.taken.setdefault(step.ordinal, []).extend(step.taken)
            self._leave(step.taken)
        self._leave(router.dropped)
        self.dropped += router.dropped
        for item in router.items:
            self._add(item)
        for node in router.asked:
            self.timers.pop(node, None)
        self.timers.update(router.timers)
        self.remembered.update(router.memory)
        self.activated.update(router.activated)
        return router.steps

    def inputs(self, step: int) -> Inputs:
        """A copy, because what one branch does to a payload must not reach another."""
        inputs: Inputs = {}
        for number in self.taken.get(step, ()):
            item = self.items[number]
            if item.port:
                inputs.setdefault(item.port.slot, []).append(copy.deepcopy(item.payload))
        return inputs

    def results(self) -> Iterator[NewItem]:
        return (item for item in self.items.values() if item.port is None)

    def undelivered(self) -> Iterator[NewItem]:
        return (item for _, item in self._held())

    def at_doors(self) -> Iterator[NewItem]:
        """What waits for room in slots that block."""
        for node, doors in self.program.doors.items():
            for slot, most in doors.items():
                yield from (self.items[number] for number in self.waiting.get(node, {}).get(slot, [])[most:])

    def _held(self) -> Iterator[tuple[int, NewItem]]:
        numbers = (number for slots in self.waiting.values() for held in slots.values() for number in held)
        return ((number, self.items[number]) for number in numbers)

    def _leave(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            port = self.items[number].port
            if port:
                self.waiting[port.node][port.slot].remove(number)

    def _add(self, item: NewItem) -> None:
        number = len(self.items) + 1
        self.items[number] = item
        if item.taker == NOBODY:
            self.dropped.append(number)
        elif item.taker is not None:
            self.taken.setdefault(item.taker, []).append(number)
        elif item.port:
            self.waiting.setdefault(item.port.node, {}).setdefault(item.port.slot, []).append(number)


def by_node(waiting: Mapping[str, Mapping[str, list[int]]]) -> dict[str, int]:
    return {node: sum(map(len, slots.values())) for node, slots in waiting.items()}
