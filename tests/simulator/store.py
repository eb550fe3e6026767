"""The SQL of the hot path, modelled in memory for one job: what each statement of jobs/runtime/store does to its rows.

The production code above the store runs as it is: JointCommit and Committer call these functions in its place. The
model is also the first judge: it raises Broken the moment a law of the database would be bent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from jobs.runtime.router import NOBODY
from jobs.runtime.store.claim import Step
from jobs.runtime.store.commit import Batch, Written
from jobs.runtime.store.joblock import End, JobView
from tests.simulator.behaviour import Flow

JOB = UUID(int=1)
Steps = Sequence[tuple[int, int]]
OPEN = frozenset({"ready", "running", "retrying", "waiting", "held", "at_breakpoint", "parked", "blocked"})
ALIVE = frozenset({"running", "paused"})


class Broken(AssertionError):
    """A law did not hold."""


def law(holds: object, broken: str) -> None:
    if not holds:
        raise Broken(broken)


class Link:
    """Stands for a connection: the model needs none."""

    closed = broken = False

    def transaction(self) -> nullcontext[None]:
        return nullcontext()


@dataclass(slots=True)
class StepRow:
    id: int
    node: str
    status: str
    message: Any = None
    session: UUID | None = None
    attempt: int = 0
    errors: int = 0
    due: float = 0.0
    taken: list[int] = field(default_factory=list)
    let_go: bool = False  #: somebody let it pass a breakpoint


@dataclass(slots=True)
class ItemRow:
    id: int
    node: str  #: empty: a result
    slot: str
    event: str
    source_node: str
    payload: dict[str, Any]
    source: int | None = None
    taker: int | None = None


@dataclass(slots=True)
class Store:
    flow: Flow
    now: float = 1000.0
    status: str = "pending"
    open: int = 0
    keep_open: bool = False
    steps: list[StepRow] = field(default_factory=list)
    items: list[ItemRow] = field(default_factory=list)
    living: set[UUID] = field(default_factory=set)  #: sessions that have not ended
    states: dict[str, tuple[int, int]] = field(default_factory=dict)  #: node: count and version
    activated: dict[str, float] = field(default_factory=dict)
    look_at: dict[str, float] = field(default_factory=dict)
    committed: list[int] = field(default_factory=list)  #: steps in the order in which their result was committed
    breakpoints: set[str] = field(default_factory=set)
    asked: dict[int, int] = field(
        default_factory=dict
    )  #: parked steps without an answer, and their errors as they asked
    answers: dict[int, int] = field(default_factory=dict)  #: steps with an answer, and for how many errors it is
    end: End | None = None
    overtaken: bool = False  #: a step gave up its lane before it was over, so that others may have passed it
    _live: list[StepRow] = field(default_factory=list)
    _queued: list[ItemRow] = field(default_factory=list)
    #: Told when a commit brings a child job into being, and when that is to be paused, as its parent is.
    on_child: Callable[[int], None] = lambda step: None
    on_pause: Callable[[], None] = lambda: None
    on_start: Callable[[list[StepRow]], None] = lambda rows: None  #: told of the new steps of each write

    # What jobs.runtime imports from the store, by the same names.

    def lock_job(self, link: object, job: UUID, *, steps: Steps = (), session: UUID | None = None, **_: Any) -> JobView:
        return JobView(
            status=self.status,
            open=self.open,
            keep_open=self.keep_open,
            now=self.now,
            owned=frozenset(step for step, attempt in steps if self._owns(step, attempt, session)),
            waiting=self.waiting(),
            held_back=[row.id for row in self.rows("waiting")],
            idle=len(self.rows("at_breakpoint", "parked", "blocked")),
            nodes={row.id: row.node for row in self.rows("waiting")},
            blocked={row.id: row.node for row in self.rows("blocked")},
            sources={item.id: item.source for item in self._queued if item.source is not None},
            breakpoints=frozenset(self.breakpoints),
            states={node: version for node, (_, version) in self.states.items()},
            activated=dict(self.activated),
        )

    def commit(self, link: object, batch: Batch, *, session: UUID, **_: Any) -> Written:
        fenced = self._fenced(batch, session)
        roots = {place: row["id"] for place, row in enumerate(batch.steps, 1) if row["id"] in fenced}
        steered = frozenset(fenced) if self.status == "paused" or self.breakpoints else frozenset[int]()
        first = len(self.steps) + 1
        ids = list(range(first, first + len(batch.new_steps)))
        self._add_open(sum(row["delta"] for row in batch.steps if row["id"] in fenced))
        fresh = [self._new_step(row, session, roots) for row in batch.new_steps]
        for row in batch.items:
            if row["root"] in roots:
                self._new_item(row, ids, roots)
        for row in batch.takes:
            if row["root"] in roots:
                self._take(row["item"], _taker(row["taker"], ids))
        self.on_start([row for row in fresh if row])
        return Written(frozenset(fenced), steered, ids)

    def promote(self, link: object, activations: Sequence[int]) -> None:
        for step in activations:
            if self.row(step).status == "waiting":
                self.row(step).status = "ready"

    def complete(self, link: object, activations: Sequence[int]) -> None:
        for step in activations:
            law(
                self.row(step).status == "blocked",
                f"step {step} is {self.row(step).status}, and is said to wait for room",
            )
            self.row(step).status = "completed"

    def hold_back(self, link: object, job: UUID, nodes: Iterable[str]) -> dict[int, str]:
        self.overtaken = True
        held = [row for row in self.rows("ready") if row.node in nodes]
        for row in held:
            row.status = "waiting"
        return {row.id: row.node for row in held}

    def save_wait(self, link: object, *, step: int, errors: int, kind: str, **_: Any) -> None:
        self.overtaken = True
        self.answers.pop(step, None)
        self.asked[step] = errors
        if kind == "child_job":
            self.on_child(step)

    def pause_child(self, link: object, *, kind: str, **_: Any) -> None:
        if kind == "child_job":
            self.on_pause()

    def save_state(self, link: object, *, job: UUID, node: str, state: dict[str, Any]) -> None:
        self.states[node] = state["count"], self.states.get(node, (0, 0))[1] + 1

    def save_times(self, link: object, *, job: UUID, activated: dict[str, float], timers: dict[str, float]) -> None:
        for node in {*activated, *timers}:
            self.activated.pop(node, None)
            self.look_at.pop(node, None)
        self.activated |= activated
        self.look_at |= timers

    def end_job(self, link: object, job: UUID, end: End) -> bool:
        self.status, self.open, self.end = end.status, 0, end
        if "waits for room" in end.reason:
            self._law_of_deadlock()
        for row in self.rows(*OPEN):
            row.status = "completed" if row.status == "blocked" else "cancelled"
        return True

    def _law_of_deadlock(self) -> None:
        """The job may be failed for want of room only when nothing in it could make any."""
        stuck = {row.node for row in self.rows("blocked")}
        others = [
            row.id for row in self.rows(*OPEN - {"blocked"}) if (row.status, row.node in stuck) != ("waiting", True)
        ]
        law(stuck and not others, f"the job was failed for want of room although steps {others} could go on")

    # What sessions and verbs ask of it.

    def claim(self, session: UUID, limit: int) -> list[Step]:
        taken = []
        for row in self.rows("ready")[:limit]:
            row.session, row.attempt = session, row.attempt + 1
            row.status = "running"
            taken.append(self.claimed(row))
        if taken and self.status == "pending":
            self.status = "running"
        return taken

    def claimed(self, row: StepRow) -> Step:
        inputs: dict[str, list[dict[str, Any]]] = {}
        for item in sorted(row.taken):
            inputs.setdefault(self.items[item - 1].slot, []).append(self.items[item - 1].payload)
        step = Step(row.id, JOB, 1, row.node, row.attempt, row.errors, 0, row.message, inputs)
        step.watched = bool(self.breakpoints)
        return step

    def rescue(self) -> None:
        """Whatever runs under a session that is no more is ready again."""
        for row in self.rows("running"):
            if row.session not in self.living:
                row.status, row.session = ("held" if self.status == "paused" else "ready"), None

    def awaken(self) -> None:
        for row in self.rows("retrying"):
            if row.due <= self.now:
                row.status = "held" if self.status == "paused" else "ready"

    def plant(self, router: Any, statuses: Sequence[Any]) -> None:
        """As jobs.runtime.nudge does for what comes from outside the steps."""
        first = len(self.steps) + 1
        ids = {step.ordinal: first + place for place, step in enumerate(router.steps)}
        pairs = zip(router.steps, statuses, strict=True)
        fresh = [self._add_step(StepRow(0, step.node, str(status), step.message)) for step, status in pairs]
        self.open += len(router.steps)
        for item in router.items:
            self._new_item(_as_row(item), list(ids.values()), {})
        for step in router.steps:
            for taken in step.taken:
                self._take(taken, ids[step.ordinal])
        self.on_start(fresh)

    def row(self, step: int) -> StepRow:
        return self.steps[step - 1]

    def rows(self, *statuses: str) -> list[StepRow]:
        """Open steps in some status, oldest first."""
        return [row for row in self._live if row.status in statuses]

    def open_rows(self) -> list[StepRow]:
        self._live = [row for row in self._live if row.status in OPEN]
        return self._live

    def waiting(self) -> dict[str, dict[str, list[int]]]:
        self._queued = [item for item in self._queued if item.taker is None]
        queues: dict[str, dict[str, list[int]]] = {}
        for item in self._queued:
            queues.setdefault(item.node, {}).setdefault(item.slot, []).append(item.id)
        return queues

    # Inside a statement.

    def _owns(self, step: int, attempt: int, session: UUID | None) -> bool:
        row = self.row(step)
        return row.status == "running" and row.session == session and row.attempt == attempt

    def _fenced(self, batch: Batch, session: UUID) -> list[int]:
        passed = [s for s in batch.steps if self.status in ALIVE and self._owns(s["id"], s["attempt"], session)]
        for s in passed:
            row = self.row(s["id"])
            row.status, row.errors, row.due = str(s["status"]), s["errors"], self.now + (s["delay"] or 0.0)
            if row.status == "completed" and self.flow.habits[row.node].asks:
                law(self.answers.get(row.id) == row.errors, f"step {row.id} went on without an answer")
            if row.status not in OPEN or row.status == "blocked":
                self.committed.append(row.id)
        return [s["id"] for s in passed]

    def _add_open(self, delta: int) -> None:
        self.open += delta
        law(self.open >= 0, f"the count of open steps fell to {self.open}")
        if delta and not self.open and self.status == "running" and not self.keep_open:
            self.status = "completed"

    def _new_step(self, row: dict[str, Any], session: UUID, roots: Mapping[int, int]) -> StepRow | None:
        """An id is used up whether the fence lets the step in or not."""
        if row["root"] not in roots:
            self.steps.append(StepRow(len(self.steps) + 1, row["node"], "never"))
            return None
        fused = "ended" in row
        status = str(row["status"]) if fused else self._begins(row)
        new = self._add_step(StepRow(0, row["node"], status, row["message"]))
        if fused:
            self.committed.append(new.id)
        elif status == "running":
            new.session, new.attempt = session, 1
        return new

    def _begins(self, row: dict[str, Any]) -> str:
        if row["node"] in self.breakpoints:
            return "at_breakpoint"
        if self.status == "paused":
            return "held"
        return "ready" if self.breakpoints and row["status"] == "running" else str(row["status"])

    def _add_step(self, row: StepRow) -> StepRow:
        row.id = len(self.steps) + 1
        self.steps.append(row)
        self._live.append(row)
        return row

    def _new_item(self, row: dict[str, Any], ids: Sequence[int], roots: Mapping[int, int]) -> None:
        item = ItemRow(len(self.items) + 1, row["node"], row["slot"], row["event"], row["source_node"], row["payload"])
        item.source = ids[row["source"] - 1] if row.get("source") else roots.get(row.get("root", 0))
        self.items.append(item)
        if row["taker"] is not None:
            self._take(item.id, _taker(row["taker"], ids))
        elif item.node:
            self._queued.append(item)

    def _take(self, item: int, taker: int) -> None:
        row = self.items[item - 1]
        law(row.taker is None, f"item {item} was taken twice")
        row.taker = taker
        if taker != NOBODY:
            law(row.node == self.row(taker).node, f"item {item} was taken by a step of another node")
            self.row(taker).taken.append(item)


def _taker(ordinal: int, ids: Sequence[int]) -> int:
    return ids[ordinal - 1] if ordinal != NOBODY else NOBODY


def _as_row(item: Any) -> dict[str, Any]:
    node, slot = (item.port.node, item.port.slot) if item.port else ("", "")
    return {
        "node": node,
        "slot": slot,
        "event": item.event,
        "source_node": item.source_node,
        "payload": item.payload,
        "taker": item.taker,
    }
