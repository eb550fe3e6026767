"""In which status the new steps of a job begin, and which of those held back may go now. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from jobs.runtime.program import Program
from jobs.runtime.store.joblock import JobView
from jobs.states import JobStatus, StepStatus


@dataclass(frozen=True, slots=True)
class Admitted:
    statuses: list[StepStatus]  #: of the new steps, in their order
    promoted: list[int] = field(default_factory=list)  #: activations that max_workers held back until now

    @property
    def ready(self) -> int:
        return self.statuses.count(StepStatus.READY) + len(self.promoted)


def admit(
    program: Program, view: JobView, nodes: Sequence[str], *, freed: int = 0, blocked: Collection[str] = ()
) -> Admitted:
    """For new steps of these nodes, when `freed` lanes are given back: oldest first, at most max_workers at a time.

    A step that waits for its retry still counts, so that `max_workers = 1` keeps strict order across retries. One that
    is parked, at a breakpoint or blocked does not. Nodes that are `blocked` start nothing.
    """
    if view.status == JobStatus.PAUSED:
        return Admitted([_unless_held(view, node, StepStatus.HELD) for node in nodes])
    begin = StepStatus.HELD if view.status == JobStatus.QUEUED else StepStatus.READY
    limit = program.spec.max_workers
    free = len(view.held_back) + len(nodes)
    if limit is not None:
        free = max(0, limit - (view.open - len(view.held_back) - view.idle - freed))
    promoted = [step for step in view.held_back if view.nodes.get(step) not in blocked][:free]
    statuses, left = [], free - len(promoted)
    for node in nodes:
        goes = left > 0 and node not in blocked
        statuses.append(_unless_held(view, node, begin if goes else StepStatus.WAITING))
        left -= statuses[-1] == begin
    return Admitted(statuses, promoted)


def _unless_held(view: JobView, node: str, status: StepStatus) -> StepStatus:
    return StepStatus.AT_BREAKPOINT if node in view.breakpoints else status
