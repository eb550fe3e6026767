"""Runs a program in memory with the production router: every step emits a fixed number of items until nothing moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.runtime.program import Program
from jobs.runtime.router import NOBODY, NewItem, NewStep, Recall, Router
from templates_app.spec import Port


@dataclass
class Walk:
    program: Program
    emits: int = 1
    steps: list[NewStep] = field(default_factory=list)
    items: list[NewItem] = field(default_factory=list)
    took: dict[int, list[NewItem]] = field(default_factory=dict)
    waiting: list[NewItem] = field(default_factory=list)
    dropped: list[NewItem] = field(default_factory=list)
    memory: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def run(self, entry: Port, inputs: int) -> Walk:
        open_steps: list[NewStep] = []
        for number in range(inputs):
            router = self._router()
            router.post(entry, {"n": number})
            open_steps += self._settle(router)
        while open_steps or (open_steps := self._drained()):
            step = open_steps.pop(0)
            router = self._router()
            for number in range(self.emits):
                router.emit(source=step.ordinal, node=step.node, event="out", payload={"n": number})
            open_steps += self._settle(router)
        return self

    def _drained(self) -> list[NewStep]:
        router = self._router()
        router.drain()
        return self._settle(router)

    def _router(self) -> Router:
        """As the store does: waiting items are known by their id, here their place in `items`."""
        queues: dict[str, dict[str, list[int]]] = {}
        for item in self.waiting:
            assert item.port is not None
            queues.setdefault(item.port.node, {}).setdefault(item.port.slot, []).append(self.items.index(item))
        payloads = {self.items.index(item): item.payload for item in self.waiting}
        ordinals = iter(range(len(self.steps) + 1, 1_000_000))
        return Router(self.program, waiting=queues, ordinals=ordinals, recall=Recall(payloads, self.memory))

    def _settle(self, router: Router) -> list[NewStep]:
        self.items += router.items
        for step in router.steps:
            taken = [self.items[ref] for ref in step.taken] + [i for i in router.items if i.taker == step.ordinal]
            self.took[step.ordinal] = taken
        self.steps += router.steps
        self.memory |= router.memory
        self.dropped += [self.items[ref] for ref in router.dropped]
        self.dropped += [item for item in router.items if item.taker == NOBODY]
        gone = {id(item) for items in (*self.took.values(), self.dropped) for item in items}
        self.waiting = [item for item in self.items if item.port and id(item) not in gone]
        return router.steps
