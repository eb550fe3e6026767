"""What came of running a step, before anything of it is committed."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from jobs.runtime.program import Program
from jobs.runtime.router import Router
from jobs.runtime.secrets import Mask
from jobs.runtime.store.claim import Step
from jobs.states import StepStatus
from templates_app.routines import Emission, Wait

#: Statuses after which the same activation will run again.
AGAIN = frozenset({StepStatus.RETRYING, StepStatus.READY, StepStatus.PARKED})
#: A step that this host cannot run goes to others: so many seconds later at most, and so often. After that it is judged
#: after all: then it is the step that breaks the connection, or no host has its code.
HAND_ON_DELAY = 10.0
HAND_ON_AT_MOST = 30


@dataclass(slots=True)
class Finished:
    """One attempt of one step. A failed attempt has no emissions: its result is all or nothing."""

    step: Step
    program: Program
    status: StepStatus = StepStatus.COMPLETED
    emissions: list[Emission] = field(default_factory=list)
    mask: Mask = field(default_factory=Mask)  #: hides the secrets of the step in what is kept of it
    lines: list[dict[str, Any]] = field(default_factory=list)
    progress: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    summary: str = ""
    delay: float = 0.0
    handed_on: bool = False  #: somebody else shall try
    wait: Wait | None = None  #: what it asked to wait for, when it is parked
    state: dict[str, Any] | None = None  #: new durable state of the node, when it changed
    state_version: int = 0
    follow: bool = True  #: may the lane go on with a step that this one starts?
    follow_with: int | None = None  #: the only step it may go on with, by ordinal: that one has run already
    began: float = 0.0  #: monotonic seconds
    ended: float = 0.0
    routed: Router | None = None  #: what it and its fused steps emitted, when that was routed already
    fused: dict[int, Finished] = field(default_factory=dict)  #: steps that travel with its commit, by ordinal
    left: bool = False  #: its lane is free before the commit: there is more to do, and nothing can follow it here
    promise: Future[Outcome] | None = None  #: of whoever waits for the outcome

    @property
    def needs_lock(self) -> bool:
        """Must this commit see the whole job? Else one statement without any lock on the job does it."""
        rare = self.status in (StepStatus.FAILED, StepStatus.PARKED)
        return self.program.locked or self.state is not None or rare

    @property
    def errors(self) -> int:
        return self.step.errors + (1 if self.error else 0)

    @property
    def said(self) -> bool:
        """Is there anything to be kept beside the result?"""
        return bool(self.lines or self.error or self.progress)

    @property
    def plain(self) -> bool:
        """A result that needs nothing of the database but to be written."""
        return self.status == StepStatus.COMPLETED and not self.needs_lock and not self.step.locked_state

    @property
    def closes(self) -> bool:
        """Is the step over with this attempt? One that is blocked is, once there is room for what it sent."""
        return self.status not in AGAIN and self.status != StepStatus.BLOCKED

    @property
    def frees_its_lane(self) -> bool:
        return self.status not in AGAIN or self.status == StepStatus.PARKED

    @property
    def may_be_followed(self) -> bool:
        """May its commit give its lane a step to go on with? As a rule, a node that gathers starts none."""
        if self.routed:
            return len(self.routed.steps) > len(self.fused)
        spec, policies = self.program.spec, self.program.policies
        targets = (port for e in self.emissions for port in spec.targets(self.step.node, e.event))
        return any(policies[port.node].stateless for port in targets)

    def wait_for_room(self) -> None:
        """It did its work, and what it sent is kept; not all of that fits into the slots where it goes."""
        self.status = StepStatus.BLOCKED

    def unfuse(self) -> None:
        """Leave the steps that travel with this one to be run anew."""
        self.routed, self.fused, self.follow_with = None, {}, None

    def hand_on(self, why: str) -> None:
        """The step could not be run, and not by its own fault: later, or by another host. It counts as no error."""
        self.status, self.emissions, self.state = StepStatus.RETRYING, [], None
        self.summary, self.delay = why[:300], min(HAND_ON_DELAY, 0.5 * self.step.attempt)
        self.handed_on = True

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
    ended: bool = False  #: this commit ended its job before its time


def retry_delay(finished: Finished) -> float | None:
    """Seconds until the step is due again; None when it is not, or when only an answer brings it on."""
    if finished.status == StepStatus.PARKED:
        return finished.wait.timeout if finished.wait else None
    return finished.delay if finished.status in AGAIN else None
