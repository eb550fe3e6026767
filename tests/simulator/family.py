"""Child jobs as jobs: each is born with the commit that parks its parent's step, and lives under chaos of its own.

What stands here is the part of jobs.runtime.family and jobs.steering.control that is ORM: who tells whom, and when.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from jobs.runtime.store.joblock import End
from tests.simulator.store import JOB, Link, law

if TYPE_CHECKING:
    from tests.simulator.world import World

CANCELLED = End(status="cancelled", reason="The job that it belonged to has ended.")
UNDER_WAY = frozenset({"pending", "running", "paused"})


@dataclass(slots=True, eq=False)
class Child:
    world: World
    step: int  #: the parked step that waits for it
    told: bool = False

    @property
    def under_way(self) -> bool:
        return self.world.store.status in UNDER_WAY


class Family:
    def __init__(self, parent: World, chance: Random, bear: Callable[[Random], World]) -> None:
        self._parent, self._chance, self._bear = parent, chance, bear
        self._children: list[Child] = []
        parent.store.on_child = self._on_child
        parent.store.on_pause = self._pause_youngest

    @property
    def ran(self) -> int:
        return sum(child.world.ran for child in self._children)

    def actions(self) -> list[Callable[[], None]]:
        """What may happen next: something in a child that is under way, or its end is told."""
        going = [child for child in self._children if child.under_way]
        ended = [child for child in self._children if not child.under_way and not child.told]
        actions: list[Callable[[], None]] = [lambda: self._go_on(self._chance.choice(going))] * (4 * bool(going))
        return actions + [lambda: self._tell(self._chance.choice(ended))] * bool(ended)

    def pause(self) -> None:
        for child in self._children:
            if child.under_way:
                child.world.pause()

    def resume(self) -> None:
        for child in self._children:
            if child.world.store.status == "paused":
                child.world.on_stage(child.world.resume)

    def after_the_end(self) -> None:
        """Of the parent: by whoever ended it, or by the sweep. What a child's sessions still hold bounces off."""
        for child in self._children:
            if child.under_way:
                child.world.store.end_job(Link(), JOB, CANCELLED)
            before = list(child.world.store.committed)
            child.world.on_stage(child.world.sessions.commit_what_is_held)
            law(child.world.store.committed == before, "a child whose parent had ended went on")

    def _on_child(self, step: int) -> None:
        """With the commit that parked the step, or not at all."""
        mine = [child for child in self._children if child.step == step and child.under_way]
        law(not mine, f"step {step} waits for two jobs at once")
        self._children.append(Child(self._bear(self._chance), step))

    def _pause_youngest(self) -> None:
        self._children[-1].world.pause()

    def _go_on(self, child: Child) -> None:
        paused = self._parent.store.status == "paused"
        law(not paused or child.world.store.status == "paused", "a child goes on, and its parent is paused")
        child.world.on_stage(child.world.live)

    def _tell(self, child: Child) -> None:
        """Twice now and then: by the session that ended it, and by the sweep."""
        child.told = True
        for _ in range(1 + (self._chance.random() < 0.3)):
            waits = self._parent.store.asked.get(child.step)
            if waits is not None and self._children_of(child.step)[-1] is child:
                self._parent.answer(child.step, failed=child.world.store.status != "completed")

    def _children_of(self, step: int) -> list[Child]:
        return [child for child in self._children if child.step == step]
