"""One job under chaos: its sessions, whoever steers it, and a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from jobs.errors import SlotFull
from jobs.runtime.admit import admit
from jobs.runtime.rooms import Done, deadlock
from jobs.runtime.router import Router
from jobs.runtime.routing import make_room, router_for, save_routing
from tests.simulator.family import Family
from tests.simulator.graphs import ROOMY, Room, random_flow
from tests.simulator.laws import Watch
from tests.simulator.sessions import Sessions
from tests.simulator.stage import Stage
from tests.simulator.store import JOB, Link, StepRow, Store, law

MOST_EVENTS = 20_000
#: From this seed on jobs have child jobs.
FAMILIES = 500_000
#: Bounds of the jobs in a family, so that it comes to an end.
FEW_ITEMS, FEWEST_ITEMS = 60, 12
ENDED = frozenset({"completed", "failed"})


class World:
    def __init__(self, chance: Random, more: Random | None, *, room: Room = ROOMY, stage: Stage | None = None) -> None:
        """With `more`, steps park and slots are narrow; a child job is on the `stage` of its parent."""
        self._chance, self._more = chance, more
        self.flow, oracle = random_flow(chance, more, room)
        self.store = Store(self.flow, keep_open=self.flow.keep_open)
        self.stage = stage or Stage(self.store)
        self.family: Family | None = None
        self._watch = Watch(self.store, oracle)
        self.store.on_start = self._watch.on_start
        self.sessions = Sessions(chance, self.flow, self.store)
        self._moods = self.sessions.moods
        self._link: Any = Link()
        self._to_post = list(self.flow.inputs[1:])
        self._events = 0
        self._kept_paused = False

    @property
    def ran(self) -> int:
        """How many steps were run, also those whose result was lost or refused."""
        return self.sessions.ran + (self.family.ran if self.family else 0)

    def run(self) -> int:
        """Until the job has ended."""
        with self.stage.in_place_of_sql():
            self.begin()
            while self.store.status not in ENDED:
                self.live()
            if self.family:
                self.family.after_the_end()
        return self.ran

    def begin(self) -> None:
        port, payload = self.flow.inputs[0]
        self._nudge(lambda router: router.post(port, dict(payload)))

    def live(self) -> None:
        self._event()
        self._watch.after_event()
        if self.store.status in ENDED:
            self._watch.at_the_end()

    def on_stage(self, do: Callable[[], None]) -> None:
        with self.stage.given_to(self.store):
            do()

    def _event(self) -> None:
        self._events += 1
        law(self._events < MOST_EVENTS, "the job does not come to an end")
        self.store.now += self._chance.expovariate(10)
        if self._happens(self._moods.jump):
            self.store.now += self._chance.choice((-100.0, -1.0, 5.0, 1000.0))
        actions = self._possible()
        if not actions:
            self._wait_for_time()
        else:
            self._chance.choice(actions)()

    def _possible(self) -> list[Callable[[], None]]:
        """Working is likelier than trouble."""
        store, moods = self.store, self._moods
        at_work, busy = self.sessions, self.sessions.busy
        actions: list[Callable[[], None]] = []
        if store.rows("ready"):
            actions += [at_work.claim] * 3
        if busy:
            actions += [lambda: at_work.commit(self._chance.choice(busy))] * 5
            actions += [lambda: at_work.die(self._chance.choice(busy))] * self._happens(moods.crash)
            actions += [lambda: at_work.freeze(self._chance.choice(busy))] * self._happens(moods.freeze)
        if any(row.session not in store.living for row in store.rows("running")):
            actions.append(store.rescue)
        if self._is_due():
            actions.append(self._tick)
        actions += self._verbs()
        actions += self._steering() if self._more else []
        return actions

    def _steering(self) -> list[Callable[[], None]]:
        """Answers arrive, and somebody sets and clears breakpoints."""
        store, nodes = self.store, sorted(self.flow.habits)
        actions = self.family.actions() if self.family else []
        actions += [self._answer] * bool(self._decidable())
        if store.status in {"pending", "running"} and self._happens(self._moods.pause):
            actions.append(lambda: self._hold(self._chance.choice(nodes)))
        if store.breakpoints:
            actions += [lambda: self._clear(self._chance.choice(sorted(store.breakpoints)))] * self._happens(0.2)
            actions += [self._step] * bool(store.rows("at_breakpoint"))
        return actions

    def _verbs(self) -> list[Callable[[], None]]:
        store = self.store
        if store.status == "paused":
            return [self.resume] * (not self._kept_paused)
        verbs: list[Callable[[], None]] = [self._pause] * self._happens(self._moods.pause)
        if self._to_post and self._happens(0.3):
            verbs.append(self._post)
        if store.keep_open and not self._to_post and self._happens(0.1):
            verbs.append(self._close)
        return verbs

    def _is_due(self) -> bool:
        due = [row.due for row in self.store.rows("retrying")] + list(self.store.look_at.values())
        return any(at <= self.store.now for at in due)

    def _tick(self) -> None:
        self.store.awaken()
        due = [node for node, at in self.store.look_at.items() if at <= self.store.now]
        if due:
            self._nudge(lambda router: self._look(router, due))

    def _look(self, router: Router, nodes: list[str]) -> None:
        for node in nodes:
            self.store.look_at.pop(node)
            router.look(node)

    def _wait_for_time(self) -> None:
        store = self.store
        due = [row.due for row in store.rows("retrying")] + list(store.look_at.values())
        patient = bool(self._to_post) or store.keep_open or bool(store.breakpoints) or self._kept_paused
        law(due or patient, f"nothing moves: {[(row.id, row.status) for row in store.open_rows()]}")
        store.now = max(store.now, min(due)) if due else store.now

    def _pause(self) -> None:
        self.pause()
        self._kept_paused = False
        if self.family:
            self.family.pause()

    def pause(self) -> None:
        """By its parent; only that lets it go on."""
        self.store.status, self._kept_paused = "paused", True
        for row in self.store.rows("ready", "waiting"):
            row.status = "held"

    def resume(self) -> None:
        """As jobs.steering.control does it."""
        store, self._kept_paused = self.store, False
        store.status = "running" if any(row.attempt for row in store.steps) else "pending"
        self._let_go(store.rows("held"))
        self._nudge(Router.look_everywhere)
        if self.family:
            self.family.resume()

    def _let_go(self, held: list[StepRow]) -> None:
        """As jobs.steering.common does it."""
        store, limit = self.store, self.flow.program.spec.max_workers
        free = len(held) if limit is None else max(0, limit - len(store.rows("ready", "running", "retrying")))
        for place, row in enumerate(held):
            row.status = "ready" if place < free else "waiting"
            if store.status == "paused":
                row.status = "held"

    def _decidable(self) -> list[int]:
        """Parked steps that anybody may answer; the end of a child job answers the others."""
        kinds = {step: self.flow.habits[self.store.row(step).node].asks for step in self.store.asked}
        return sorted(step for step, kind in kinds.items() if kind == "decision" or not self.family)

    def _answer(self) -> None:
        """As jobs.runtime.waits does it; told twice now and then."""
        step = self._chance.choice(self._decidable())
        for _ in range(1 + self._happens(0.3)):
            self.answer(step)

    def answer(self, step: int, *, failed: bool = False) -> None:
        if step in self.store.asked:
            law(self.store.row(step).status == "parked", f"step {step} waits for an answer, and is not parked")
            self.store.answers[step] = self.store.asked.pop(step)
            if failed:
                self.sessions.in_vain[step] = self.store.answers[step]
            self._let_go([self.store.row(step)])

    def _hold(self, node: str) -> None:
        """As jobs.steering.breakpoints does it."""
        self.store.overtaken = True
        self.store.breakpoints.add(node)
        for row in self.store.rows("ready", "waiting", "held"):
            if row.node == node and not row.attempt:
                row.status = "at_breakpoint"
        self._nudge(lambda router: None)

    def _clear(self, node: str) -> None:
        self.store.breakpoints.discard(node)
        self._let_go([row for row in self.store.rows("at_breakpoint") if row.node == node])

    def _step(self) -> None:
        first = self.store.rows("at_breakpoint")[0]
        first.let_go = True
        self._let_go([first])

    def _post(self) -> None:
        port, payload = self._to_post.pop(0)
        try:
            self._nudge(lambda router: router.post(port, dict(payload)))
        except SlotFull:
            law(not self.flow.confluent, f"{port} was full")

    def _close(self) -> None:
        self.store.keep_open = False
        self._nudge(lambda router: None)

    def _nudge(self, act: Callable[[Router], None]) -> None:
        """As jobs.runtime.nudge does it, without the ORM."""
        store, program = self.store, self.flow.program
        view = store.lock_job(self._link, JOB)
        router = router_for(program, view)
        act(router)
        if full := router.overfull():
            raise SlotFull(*full)
        found = make_room(self._link, JOB, view, router, Done())
        save_routing(self._link, JOB, program, router)
        admitted = admit(program, view, [step.node for step in router.steps], blocked=found.nodes)
        store.promote(self._link, admitted.promoted)
        store.plant(router, admitted.statuses)
        store.open -= len(found.released)
        moving = store.status in {"pending", "running"}
        if moving and (end := deadlock(program, view, router, found, Done())):
            store.end_job(self._link, JOB, end)
        elif moving and not store.open and not view.keep_open:
            store.status = "completed"

    def _happens(self, chance: float) -> bool:
        return self._chance.random() < chance


def world(seed: int) -> World:
    """Odd seeds have more in them, and high ones child jobs; the others are the worlds that they were before that."""
    more = Random(f"more {seed}") if seed % 2 or seed >= FAMILIES else None
    made = World(Random(seed), more, room=ROOMY if seed < FAMILIES else Room(FEW_ITEMS))
    if seed >= FAMILIES:
        made.family = Family(made, Random(f"family {seed}"), partial(_child, made))
    return made


def _child(parent: World, chance: Random) -> World:
    """Of a job whose outcome no schedule may change, neither may the outcomes of its children."""
    sure = parent.flow.confluent
    child = World(chance, None if sure else chance, room=Room(FEWEST_ITEMS, sure=sure), stage=parent.stage)
    child.on_stage(child.begin)
    return child


def simulate(seed: int) -> int:
    """Returns how many steps were run; raises Broken."""
    return world(seed).run()
