"""Runs a program in memory with the production router: every step emits a fixed number of items until nothing moves."""

from __future__ import annotations

from dataclasses import dataclass, field

from jobs.runtime.program import Program
from jobs.runtime.router import NewItem, NewStep, Router
from templates_app.spec import Port


@dataclass
class Walk:
    program: Program
    emits: int = 1
    steps: list[NewStep] = field(default_factory=list)
    items: list[NewItem] = field(default_factory=list)
    took: dict[int, list[NewItem]] = field(default_factory=dict)
    waiting: list[NewItem] = field(default_factory=list)

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
        return Router(self.program, waiting=queues, ordinals=iter(range(len(self.steps) + 1, 1_000_000)))

    def _settle(self, router: Router) -> list[NewStep]:
        self.items += router.items
        for step in router.steps:
            taken = [self.items[ref] for ref in step.taken] + [i for i in router.items if i.taker == step.ordinal]
            self.took[step.ordinal] = taken
        self.steps += router.steps
        gone = {id(item) for items in self.took.values() for item in items}
        self.waiting = [item for item in self.items if item.port and id(item) not in gone]
        return router.steps
