"""What came of running a step, before anything of it is committed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jobs.runtime.program import Program
from jobs.runtime.store.claim import Step
from jobs.states import StepStatus
from templates_app.routines import Emission

#: Statuses after which the same activation will run again.
AGAIN = frozenset({StepStatus.RETRYING, StepStatus.READY})


@dataclass(slots=True)
class Finished:
    """One attempt of one step. A failed attempt has no emissions: its result is all or nothing."""

    step: Step
    program: Program
    status: StepStatus = StepStatus.COMPLETED
    emissions: list[Emission] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    error: dict[str, Any] | None = None
    summary: str = ""
    delay: float = 0.0
    state: dict[str, Any] | None = None  #: new durable state of the node, when it changed
    state_version: int = 0
    follow: bool = True  #: may the lane go on with a step that this one starts?

    @property
    def needs_lock(self) -> bool:
        """Must this commit see the whole job? Else one statement without any lock on the job does it."""
        return self.program.locked or self.state is not None or self.status == StepStatus.FAILED

    @property
    def errors(self) -> int:
        return self.step.errors + (1 if self.error else 0)

    def run_again(self) -> None:
        """Somebody else changed the node's state first: throw this attempt away, nothing of it counts."""
        self.status, self.emissions, self.state, self.lines = StepStatus.READY, [], None, []


@dataclass(slots=True)
class Outcome:
    """`owned` is False when somebody else owns the step: the lane drops it. `next` is the lane's next step, if any."""

    owned: bool = False
    next: Step | None = None
    made_ready: int = 0  #: new steps that any lane may claim
    due_in: float | None = None  #: seconds until a retry or a timer
    ended: bool = False  #: this commit ended its job


def retry_delay(finished: Finished) -> float | None:
    return finished.delay if finished.status in AGAIN else None
