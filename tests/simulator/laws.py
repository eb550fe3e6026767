"""What must hold at every instant and at the end, whatever the schedule was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from jobs.runtime.router import NOBODY, Router
from templates_app.spec import SlotSpec
from tests.simulator.oracle import Expected
from tests.simulator.store import OPEN, Broken, ItemRow, StepRow, Store, law

ACTIVE = ("ready", "running", "retrying")


class Watch:
    """Looks at each new step, after each event, and at the end."""

    def __init__(self, store: Store, oracle: Expected) -> None:
        self._store = store
        self._oracle = oracle
        self._program = store.flow.program
        self._newest: Counter[tuple[str, str]] = Counter()  #: per slot, the newest item that was taken
        self._started: dict[str, float] = {}
        wires, doors = self._program.spec.connections, self._program.doors
        self._feeders = {c.source for c in wires if c.slot in doors.get(c.target, ())}  #: may have waited for room

    def on_start(self, steps: Sequence[StepRow]) -> None:
        for step in steps:
            self._look_at(step, steps)

    def _look_at(self, step: StepRow, together: Sequence[StepRow]) -> None:
        policy = self._program.spec.nodes[step.node].policy or {"type": "immediate"}
        taken = Counter(self._store.items[item - 1].slot for item in step.taken)
        reason = (step.message or {}).get("reason", "immediate")
        self._first_in_first_out(step)
        law(step.taken, f"step {step.id} of {step.node} started without an item")
        if reason == "drained":
            self._last_call(step, together)
        else:
            law(_right_take(policy, taken, self._slots(step.node)), f"{step.node} took {dict(taken)}: {policy}")
            self._not_too_often(step, policy)
        self._started[step.node] = self._store.now

    def after_event(self) -> None:
        store, limit = self._store, self._program.spec.max_workers
        is_open = store.open_rows()
        law(store.open == len(is_open), f"open is {store.open}, and {len(is_open)} steps are open")
        active = sum(row.status in ACTIVE for row in is_open)
        law(limit is None or active <= limit, f"{active} steps at a time, max_workers is {limit}")
        self._no_lane_is_idle(active)
        self._slots_hold()
        self._nothing_passes_a_breakpoint()

    def at_the_end(self) -> None:
        store = self._store
        law(not store.rows(*OPEN), "the job ended with open steps")
        law(len(set(store.committed)) == len(store.committed), "a step was committed twice")
        if self._program.spec.max_workers == 1 and not store.overtaken:
            law(store.committed == sorted(store.committed), f"max_workers is 1, and steps ended as {store.committed}")
        if store.status == "completed":
            self._nothing_can_move()
            self._counted_right()
        law(
            all(item.taker != NOBODY or self._slot(item).when_full == "drop" for item in store.items),
            "it dropped an item",
        )
        if store.flow.confluent and not self._ran_out_of_room():
            law(store.status == "completed", f"the job is {store.status}")
            self._as_expected()

    def _slots(self, node: str) -> list[str]:
        return [slot.name for slot in self._program.spec.nodes[node].slots]

    def _first_in_first_out(self, step: StepRow) -> None:
        for item in sorted(step.taken):
            key = (step.node, self._store.items[item - 1].slot)
            # Without the job's lock nothing ever waits: each item has its step from the beginning.
            law(item > self._newest[key], f"{step.node} took item {item} after {self._newest[key]}")
            self._newest[key] = item

    def _last_call(self, step: StepRow, together: Sequence[StepRow]) -> None:
        """Tails are flushed when nothing else can move: only tails start together with it."""
        others = [row for row in self._store.open_rows() if not (row in together and self._tail(row))]
        others = [
            row for row in others if row.node not in self._feeders or row.status in ("retrying", "parked", "held")
        ]
        law(not others, f"{step.node} was drained while steps {[row.id for row in others]} were open")

    def _not_too_often(self, step: StepRow, policy: Mapping[str, Any]) -> None:
        interval, last = policy.get("min_interval_seconds"), self._started.get(step.node)
        if isinstance(interval, float) and last is not None:
            law(self._store.now >= last + interval, f"{step.node} started {self._store.now - last:.3f} s after {last}")

    def _tail(self, row: StepRow) -> bool:
        """An interval whose time has come says so, also at the last call."""
        return bool(row.message) and row.message["reason"] in {"drained", "time_interval_met"}

    def _no_lane_is_idle(self, active: int) -> None:
        """A step that is parked, blocked or at a breakpoint keeps nobody out."""
        store, limit = self._store, self._program.spec.max_workers
        stuck = {row.node for row in store.rows("blocked")}
        waiting = [row.id for row in store.rows("waiting") if row.node not in stuck]
        idle = limit is not None and active < limit and store.status == "running"
        law(not (waiting and idle), f"{active} steps at a time, max_workers is {limit}, and {waiting} wait")

    def _slots_hold(self) -> None:
        """What does not fit is at the door, and belongs to a step that is blocked; there are no others."""
        at_doors: set[int | None] = set()
        for node, slots in self._store.waiting().items():
            for slot in self._program.spec.nodes[node].slots:
                beyond = slots.get(slot.name, [])[slot.capacity :]
                law(
                    not beyond or slot.when_full == "block",
                    f"{node}.{slot.name} holds {slot.capacity}, not {beyond} too",
                )
                at_doors |= {self._store.items[item - 1].source for item in beyond}
        blocked = {row.id for row in self._store.rows("blocked")}
        ended = self._store.status in {"completed", "failed"}
        law(ended or at_doors == blocked, f"steps {at_doors} wait for room, and {blocked} are blocked")

    def _nothing_passes_a_breakpoint(self) -> None:
        for row in self._store.rows("ready"):
            passes = row.node in self._store.breakpoints and not row.attempt and not row.let_go
            law(not passes, f"step {row.id} of {row.node} passed its breakpoint")

    def _ran_out_of_room(self) -> bool:
        return self._store.end is not None and "waits for room" in self._store.end.reason

    def _slot(self, item: ItemRow) -> SlotSpec:
        slots = self._program.spec.nodes[item.node].slots
        return next(slot for slot in slots if slot.name == item.slot)

    def _nothing_can_move(self) -> None:
        router = Router(self._program, waiting=self._store.waiting(), now=self._store.now, last=self._store.activated)
        router.drain()
        law(not router.steps, f"the job completed although {[step.node for step in router.steps]} could run")

    def _counted_right(self) -> None:
        done = Counter(self._store.row(step).node for step in self._store.committed)
        for node, habit in self._store.flow.habits.items():
            count = self._store.states.get(node, (0, 0))[0]
            law(not habit.counts or count == done[node], f"{node} counted {count} of its {done[node]} activations")

    def _as_expected(self) -> None:
        oracle, rows = self._oracle, self._store.items
        results = Counter((row.source_node, row.event, row.payload["value"]) for row in rows if not row.node)
        left = Counter((row.node, row.slot) for row in rows if row.node and row.taker is None)
        if results != oracle.results:
            raise Broken(f"lost {oracle.results - results}, made up {results - oracle.results}")
        law(left == oracle.left, f"left in slots: {left}, expected {oracle.left}")


def _right_take(policy: Mapping[str, Any], taken: Counter[str], slots: list[str]) -> bool:
    """Whole batches and whole rows of a join; one item at once for an immediate node."""
    if policy["type"] == "immediate":
        return taken.total() == 1
    wanted = {"all_slots_ready": 1, "batch_size": policy.get("min_batch_size")}.get(str(policy["type"]))
    return wanted is None or taken == Counter(dict.fromkeys(slots, wanted))
