"""A whole dry run: steps one after the other, on a clock that jumps to the next retry or timer instead of waiting."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from jobs.dryrun.memory import Decision, Memory
from jobs.dryrun.sample import Sample
from jobs.dryrun.stepping import Guard, How, OutOfTime, Stepper, unguarded
from jobs.dryrun.told import telling
from jobs.errors import SlotFull
from jobs.runtime.finished import Finished
from jobs.runtime.judge import judge
from jobs.runtime.program import Program
from jobs.runtime.rooms import stuck
from jobs.runtime.router import NewStep, Router
from jobs.runtime.routing import failing_policy
from jobs.runtime.store.claim import Step
from jobs.states import StepStatus
from templates_app.spec import FlowSpec

MOST_STEPS = 1000
MOST_ITEMS = 10_000
#: How far the clock may jump in all: a flow that stays open for ever would look for ever.
LONGEST = 400 * 86400.0
_NO_JOB = UUID(int=0)


class Enough(Exception):
    """A bound is reached: what there is so far is the answer."""


@dataclass(slots=True)
class Attempt:
    """One attempt of one step, as it went."""

    at: float
    cause: int | None
    finished: Finished
    how: How


@dataclass(slots=True)
class DryRun:
    """`stopped` says which bound ended it, `failed` which step, `broken` which policy; `is_open`: it waits for more."""

    memory: Memory
    began: float = 0.0
    attempts: list[Attempt] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    failed: Attempt | None = None
    broken: str = ""
    stopped: str = ""
    is_open: bool = False

    @property
    def has_failed(self) -> bool:
        return self.failed is not None or bool(self.broken)


def simulate(spec: FlowSpec, sample: Sample, guard: Guard = unguarded) -> DryRun:
    """Deterministic but for what routines do themselves and for jitter. Never raises for what they do."""
    decisions: list[Decision] = []
    program = telling(Program(spec), decisions)
    told = DryRun(Memory(program, sample.now), sample.now, decisions=decisions)
    simulation = _Simulation(program, sample, guard, told)
    try:
        simulation.run()
    except (Enough, OutOfTime) as bound:
        told.stopped = str(bound)
    return told


class _Simulation:
    def __init__(self, program: Program, sample: Sample, guard: Guard, told: DryRun) -> None:
        self.told, self._sample = told, sample
        self._memory, self._spec = told.memory, program.spec
        self._stepper = Stepper(program, sample, guard)
        self._ready: deque[Step] = deque()
        self._causes: dict[int, int | None] = {}
        self._retries: list[tuple[float, int, Step]] = []
        self._jumps = 0

    def run(self) -> None:
        self._begin()
        while not self.told.has_failed and (self._step() or self._drain() or self._jump()):
            pass
        self.told.is_open = not self.told.has_failed and self._spec.keep_open

    def _begin(self) -> None:
        router = self._memory.router()
        if self._sample.port:
            router.post(self._sample.port, self._sample.payload)
        if full := router.overfull():
            raise Enough(str(SlotFull(*full)))
        self._keep(router)

    def _step(self) -> bool:
        """Run what is ready, oldest first."""
        step = self._next()
        if step is None:
            return False
        if len(self.told.attempts) >= MOST_STEPS:
            raise Enough(f"A dry run ends after {MOST_STEPS} steps; this flow goes on.")
        finished, how = self._stepper.attempt(step)
        router = self._routed(finished)
        attempt = Attempt(self._memory.now, self._causes[step.id], finished, how)
        self.told.attempts.append(attempt)
        if finished.status == StepStatus.FAILED:
            self.told.failed = attempt
        elif finished.status == StepStatus.RETRYING:
            heapq.heappush(self._retries, (self._memory.now + finished.delay, step.id, self._again(step)))
        self._keep(router)
        return True

    def _next(self) -> Step | None:
        """The oldest step that is ready; a node of which a step waits for room starts none."""
        blocked = {item.source_node for item in self._memory.at_doors()}
        step = next((step for step in self._ready if step.node not in blocked), None)
        if step is not None:
            self._ready.remove(step)
        return step

    def _routed(self, finished: Finished) -> Router:
        """A step that would overfill a slot has failed, as in a job."""
        router = self._memory.router()
        step = finished.step
        if len(self._memory.items) + len(finished.emissions) > MOST_ITEMS:
            raise Enough(f"A dry run ends after {MOST_ITEMS} items; ‘{step.node}’ would send more.")
        for emission in finished.emissions:
            router.emit(source=step.id, node=step.node, event=emission.event, payload=emission.payload)
        full = router.overfull() if finished.emissions else None
        if full is None:
            return router
        judge(finished, SlotFull(*full))
        return self._memory.router()

    def _drain(self) -> bool:
        """When nothing runs any more, tails are flushed, unless the job is open for more."""
        if self._retries or self._spec.keep_open:
            return False
        router = self._memory.router()
        router.drain(self.told.attempts[-1].finished.step.id if self.told.attempts else None)
        if self._keep(router):
            return True
        door = next(self._memory.at_doors(), None)
        if door is not None and door.port is not None:
            self.told.broken = f"{door.source_node}: {stuck(self._memory.program, door.port)}"
        return False

    def _jump(self) -> bool:
        """Go on to the next retry or timer. A job whose steps are all done does not wait for timers, unless open."""
        timers = self._memory.timers if self._retries or self._spec.keep_open else {}
        due = min([*(at for at, _, _ in self._retries[:1]), *timers.values()], default=None)
        if due is None:
            return False
        self._memory.now = max(due, self._memory.now)
        self._jumps += 1
        if due - self._sample.now > LONGEST or self._jumps > MOST_STEPS:
            raise Enough("The clock of the dry run was moved on too often or too far: this flow waits without an end.")
        while self._retries and self._retries[0][0] <= self._memory.now:
            self._ready.append(heapq.heappop(self._retries)[2])
        for node in [node for node, at in timers.items() if at <= self._memory.now]:
            self._look(node)
        return True

    def _again(self, step: Step) -> Step:
        """With inputs of its own: the attempt may have changed what it was given."""
        inputs = self._memory.inputs(step.id)
        return replace(step, attempt=step.attempt + 1, errors=step.errors + 1, inputs=inputs)

    def _look(self, node: str) -> None:
        router = self._memory.router()
        router.look(node)
        self._keep(router)

    def _keep(self, router: Router) -> Sequence[NewStep]:
        if end := failing_policy(self._memory.program, router):
            self.told.broken = end.reason
        new = self._memory.keep(router)
        for step in new:
            self._causes[step.ordinal] = step.cause
            self._ready.append(_claimed(step, self._memory))
        return new


def _claimed(step: NewStep, memory: Memory) -> Step:
    return Step(
        id=step.ordinal,
        job_id=_NO_JOB,
        revision_id=0,
        node=step.node,
        attempt=1,
        errors=0,
        priority=0,
        message=step.message,
        inputs=memory.inputs(step.ordinal),
    )
