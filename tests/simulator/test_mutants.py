"""The simulator can fail: it finds each of these defects in routing and composition within a few hundred worlds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pytest import MonkeyPatch

from jobs.runtime import admit as admitting
from jobs.runtime import finished, joint, rooms
from jobs.runtime.admit import Admitted, admit
from jobs.runtime.compose import _Scribe
from jobs.runtime.finished import Finished
from jobs.runtime.joint import JointCommit
from jobs.runtime.router import NewItem, NewStep, Router
from jobs.states import StepStatus
from templates_app.routines.policies import Activate, TimeInterval
from templates_app.spec import Port
from tests.simulator.store import Broken
from tests.simulator.world import FAMILIES, simulate

Mutant = Callable[[MonkeyPatch], None]
WORLDS = 300


def forgets_tails(patch: MonkeyPatch) -> None:
    patch.setattr(Router, "drain", lambda self, cause=None: None)


def asks_a_policy_once(patch: MonkeyPatch) -> None:
    def settle(self: Any, node: str, cause: int | None, *, drained: bool = False) -> None:
        decision = self._ask(node, drained=drained)
        if isinstance(decision, Activate):
            self._take(self._start(node, cause, decision.message), decision.take)

    patch.setattr(Router, "_settle", settle)


def takes_the_newest_first(patch: MonkeyPatch) -> None:
    def take(self: Any, step: NewStep, take: dict[str, int]) -> None:
        for refs in self._slots(step.node).values():
            refs.reverse()
        original(self, step, take)

    original: Any = Router._take
    patch.setattr(Router, "_take", take)


def loses_what_it_took(patch: MonkeyPatch) -> None:
    def take(self: Any, step: NewStep, take: dict[str, int]) -> None:
        original(self, step, take)
        del step.taken[1:]

    original: Any = Router._take
    patch.setattr(Router, "_take", take)


def ignores_max_workers(patch: MonkeyPatch) -> None:
    patch.setattr(joint, "admit", lambda program, view, nodes, **_: Admitted([StepStatus.READY] * len(nodes)))


def lets_the_newest_go_first(patch: MonkeyPatch) -> None:
    def reversed_(program: Any, view: Any, nodes: Any, **more: Any) -> Any:
        return admit(program, replace(view, held_back=view.held_back[::-1]), nodes, **more)

    patch.setattr(joint, "admit", reversed_)


def follows_without_the_stored_items(patch: MonkeyPatch) -> None:
    def follows(self: Any, cause: Any, step: NewStep, status: StepStatus) -> bool:
        return cause.step.id not in self._composition.followed and status == StepStatus.READY

    patch.setattr(_Scribe, "_follows", follows)


def overwrites_state(patch: MonkeyPatch) -> None:
    def settle(self: Any, job: Any, view: Any, owned: Any) -> None:
        for f in owned:
            f.state_version = view.states.get(f.step.node, 0)
        original(self, job, view, owned)

    original: Any = JointCommit._settle_states
    patch.setattr(JointCommit, "_settle_states", settle)


def ignores_intervals(patch: MonkeyPatch) -> None:
    original: Any = TimeInterval.decide
    patch.setattr(TimeInterval, "decide", lambda self, view: original(self, replace(view, last_activation=None)))


def takes_a_parked_step_for_over(patch: MonkeyPatch) -> None:
    patch.setattr(finished, "AGAIN", finished.AGAIN - {StepStatus.PARKED})


def counts_parked_steps_as_lanes(patch: MonkeyPatch) -> None:
    def crowded(program: Any, view: Any, nodes: Any, **more: Any) -> Any:
        return admit(program, replace(view, idle=0), nodes, **more)

    patch.setattr(joint, "admit", crowded)


def lets_steps_pass_a_breakpoint(patch: MonkeyPatch) -> None:
    patch.setattr(admitting, "_unless_held", lambda view, node, status: status)


def gives_a_lane_back_twice(patch: MonkeyPatch) -> None:
    def generous(program: Any, view: Any, nodes: Any, *, freed: int, **more: Any) -> Any:
        return admit(program, view, nodes, freed=2 * freed, **more)

    patch.setattr(joint, "admit", generous)


def forgets_what_a_parked_step_asked(patch: MonkeyPatch) -> None:
    patch.setattr(JointCommit, "_park", lambda self, owned, *, paused: None)


def completes_a_step_that_waits_for_room(patch: MonkeyPatch) -> None:
    patch.setattr(Finished, "wait_for_room", lambda self: None)


def forgets_who_waits_for_room(patch: MonkeyPatch) -> None:
    original: Any = rooms.rooms
    patch.setattr(rooms, "rooms", lambda *about: replace(original(*about), released=[]))


def waits_for_room_for_ever(patch: MonkeyPatch) -> None:
    patch.setattr(joint, "deadlock", lambda *about: None)


def gives_up_while_somebody_could_make_room(patch: MonkeyPatch) -> None:
    patch.setattr(rooms, "_moves", lambda *about: False)


def drops_the_oldest(patch: MonkeyPatch) -> None:
    def drop(self: Any, item: NewItem, port: Port) -> None:
        waiting = self._slots(port.node)[port.slot]
        if len(waiting) > self._program.dropping.get(port, 1_000):
            waiting.pop(0)

    patch.setattr(Router, "_drop_newest", drop)


def forgets_a_child_when_it_is_paused(patch: MonkeyPatch) -> None:
    original: Any = JointCommit._park
    patch.setattr(JointCommit, "_park", lambda self, owned, *, paused: original(self, owned, paused=False))


def asks_for_two_children(patch: MonkeyPatch) -> None:
    def park(self: Any, owned: Any, *, paused: bool) -> None:
        original(self, owned, paused=paused)
        original(self, owned, paused=paused)

    original: Any = JointCommit._park
    patch.setattr(JointCommit, "_park", park)


def takes_a_breakpoint_for_stuck(patch: MonkeyPatch) -> None:
    original: Any = rooms._moves
    blind: Any = lambda view, *about: original(replace(view, breakpoints=frozenset()), *about)  # noqa: E731
    patch.setattr(rooms, "_moves", blind)


MUTANTS: list[Mutant] = [
    forgets_tails,
    asks_a_policy_once,
    takes_the_newest_first,
    loses_what_it_took,
    ignores_max_workers,
    lets_the_newest_go_first,
    follows_without_the_stored_items,
    overwrites_state,
    ignores_intervals,
    takes_a_parked_step_for_over,
    counts_parked_steps_as_lanes,
    lets_steps_pass_a_breakpoint,
    gives_a_lane_back_twice,
    forgets_what_a_parked_step_asked,
    completes_a_step_that_waits_for_room,
    forgets_who_waits_for_room,
    waits_for_room_for_ever,
    gives_up_while_somebody_could_make_room,
    drops_the_oldest,
    forgets_a_child_when_it_is_paused,
    asks_for_two_children,
    takes_a_breakpoint_for_stuck,
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_it_catches_a_router_that(mutant: Mutant, monkeypatch: MonkeyPatch) -> None:
    mutant(monkeypatch)
    monkeypatch.setattr("tests.simulator.world.MOST_EVENTS", 2_000)

    with pytest.raises(Broken):
        for seed in (*range(WORLDS), *range(FAMILIES, FAMILIES + 5 * WORLDS)):
            simulate(seed)
