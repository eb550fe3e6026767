"""The sessions of one simulated job: they claim, commit, die, freeze and come back too late."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from jobs.runtime.committer import Committer
from jobs.runtime.finished import Finished, Outcome
from jobs.runtime.fuse import fuse
from jobs.runtime.joint import JointCommit
from jobs.runtime.store.claim import Step
from jobs.states import StepStatus
from templates_app.routines import Wait
from tests.simulator.behaviour import Flow, Payload
from tests.simulator.store import Link, Store, law

MOST_RETRIES = 4


@dataclass(slots=True, eq=False)
class Hand:
    """A session: the steps that its lanes hold, and whether the store still believes in it."""

    id: UUID
    steps: list[Step] = field(default_factory=list)
    read: dict[int, tuple[int, int]] = field(default_factory=dict)  #: durable state as each step read it
    done: dict[int, Finished] = field(default_factory=dict)  #: steps that ran as a part of another's chain already


@dataclass(slots=True)
class Moods:
    """How likely what goes wrong is in this world."""

    crash: float
    freeze: float
    lose_answer: float
    retry: float
    stop: float
    pause: float
    jump: float


class Sessions:
    def __init__(self, chance: Random, flow: Flow, store: Store) -> None:
        self._chance, self._flow, self._store = chance, flow, store
        self.moods = moods_of(chance, confluent=flow.confluent)
        self.hands: list[Hand] = []
        self.ran = 0
        self.in_vain: dict[int, int] = {}  #: steps whose child job failed, and for how many errors that was the answer
        self._link: Any = Link()
        self._born = 0
        self._lanes = chance.randint(1, 4)

    @property
    def busy(self) -> list[Hand]:
        return [hand for hand in self.hands if hand.steps]

    def claim(self) -> None:
        free = [hand for hand in self.hands if len(hand.steps) < self._lanes and hand.id in self._store.living]
        if not free or self._happens(0.1):
            free = [self._new_hand()]
        hand = self._chance.choice(free)
        for step in self._store.claim(hand.id, self._lanes - len(hand.steps)):
            self._begin(hand, step)

    def _new_hand(self) -> Hand:
        self._born += 1
        hand = Hand(UUID(int=self._born))
        self.hands.append(hand)
        self._store.living.add(hand.id)
        return hand

    def _begin(self, hand: Hand, step: Step) -> None:
        hand.steps.append(step)
        hand.read[step.id] = self._store.states.get(step.node, (0, 0))

    def commit(self, hand: Hand) -> None:
        """One lane, or several whose steps the session commits together."""
        together = self._chance.sample(hand.steps, self._chance.randint(1, len(hand.steps)))
        finished = [hand.done.pop(s.id) if s.id in hand.done else self._finish(hand, s) for s in together]
        apart = [self._fuse(hand, f) for f in finished]
        hand.steps = [step for step in hand.steps if step not in together]
        outcomes = self._written(hand, finished)
        if self._happens(self.moods.lose_answer):
            self.die(hand)
            return
        for outcome, alone in zip(outcomes, apart, strict=True):
            if outcome.next is not None:
                self._follow(hand, outcome.next, alone)

    def commit_what_is_held(self) -> None:
        for hand in self.hands:
            while hand.steps:
                self.commit(hand)

    def _fuse(self, hand: Hand, finished: Finished) -> Finished | None:
        """As a lane does it: run what a pure step caused without a commit of its own."""
        if not finished.follow or finished.step.node not in self._flow.program.fusible or not finished.plain:
            return None
        return fuse(finished, lambda step: self._finish(hand, step))

    def _written(self, hand: Hand, finished: list[Finished]) -> list[Outcome]:
        """As the committer does it: what needs the job's lock together, and the rest together."""
        written: dict[int, Outcome] = {}
        plain, joint = [f for f in finished if not f.needs_lock], [f for f in finished if f.needs_lock]
        if plain:
            outcomes = Committer(self._link, hand.id, on_lost=lambda reason: None)._write_plain(self._link, plain)
            written |= zip((f.step.id for f in plain), outcomes, strict=True)
        if joint:
            outcomes = JointCommit(self._link, hand.id).write(joint)
            written |= zip((f.step.id for f in joint), outcomes, strict=True)
        return [written[f.step.id] for f in finished]

    def _follow(self, hand: Hand, step: Step, apart: Finished | None) -> None:
        stored = self._store.claimed(self._store.row(step.id))
        law(step == stored, f"a lane goes on with {step}, and stored is {stored}")
        self._begin(hand, step)
        if apart is not None:
            law(apart.step.node == step.node, f"{apart.step.node} ran apart, and the lane goes on with {step.node}")
            law(apart.step.inputs == step.inputs, f"{step.node} ran apart with other items than it has")
            apart.step = step
            hand.done[step.id] = apart

    def _finish(self, hand: Hand, step: Step) -> Finished:
        self.ran += 1
        finished = Finished(step, self._flow.program, follow=self._happens(0.9))
        items: list[Payload] = [item for slot in sorted(step.inputs) for item in step.inputs[slot]]
        if self._happens(self.moods.retry) and step.errors < MOST_RETRIES:
            finished.status, finished.delay, finished.error = StepStatus.RETRYING, self._chance.random(), {"type": "E"}
        elif self._happens(self.moods.stop):
            finished.status, finished.error = StepStatus.FAILED, {"type": "E"}
        elif step.root is None and self.in_vain.get(step.id) == step.errors:
            finished.status, finished.error = StepStatus.FAILED, {"type": "ChildFailed"}
        elif self._has_to_ask(step):
            finished.status, finished.wait = StepStatus.PARKED, Wait(self._flow.habits[step.node].asks, {})
        else:
            self._succeed(hand, finished, items)
        return finished

    def _has_to_ask(self, step: Step) -> bool:
        """A step that ran in another's chain has no row of its own yet, so that nobody can have answered it."""
        answered = step.root is None and self._store.answers.get(step.id) == step.errors
        return bool(self._flow.habits[step.node].asks) and not answered

    def _succeed(self, hand: Hand, finished: Finished, items: list[Payload]) -> None:
        step = finished.step
        if not self._flow.works(step.node, items):
            finished.status, finished.error = StepStatus.SKIPPED, {"type": "E"}
        else:
            finished.emissions = list(self._flow.sends(step.node, items))
        if self._flow.habits[step.node].counts:
            fresh = self._store.states.get(step.node, (0, 0))
            count, version = fresh if step.root else hand.read[step.id]
            finished.state, finished.state_version = {"count": count + 1}, version

    def die(self, hand: Hand) -> None:
        """At once and with all its lanes; what it had claimed is found by the rescue."""
        self.hands.remove(hand)
        self._store.living.discard(hand.id)

    def freeze(self, hand: Hand) -> None:
        """Its lease runs out, and it does not know: its later commits must bounce off the fence."""
        self._store.living.discard(hand.id)
        self._store.rescue()

    def _happens(self, chance: float) -> bool:
        return self._chance.random() < chance


def moods_of(chance: Random, *, confluent: bool) -> Moods:
    def mood(worst: float) -> float:
        return chance.choice((0.0, worst / 10, worst))

    stop = 0.0 if confluent else mood(0.1)
    return Moods(mood(0.3), mood(0.2), mood(0.2), mood(0.3), stop, mood(0.1), mood(0.05))
