"""What can be done to a job, each with what it will do and, where it cannot be done, why not.

One page a verb: it says what will happen, asks for a reason, and calls the verb. Nothing here decides: verbs refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from jobs import services
from jobs.models import Job
from jobs.states import JOB_TERMINAL, JOB_UNDER_WAY, VERBS, JobStatus, StepStatus

User = AbstractBaseUser | AnonymousUser
_MAY: Final = MappingProxyType(
    {
        "jobs.control_job": "Can pause, resume, retry and mend jobs",
        "jobs.cancel_job": "Can cancel jobs",
        "jobs.decide_job": "Can approve and reject what jobs wait for",
    }
)
_NO_STEP: Final = MappingProxyType(
    {
        StepStatus.FAILED: "No step of this job has failed.",
        StepStatus.PARKED: "No step of this job waits for a decision.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """`asks` names the fields of its form; `of_step` is the status of the steps that it is for, if it is for steps.

    Those that are not `listed` with a job stand beside what they are about: a node, an item, a question.
    """

    act: Callable[..., object]
    label: str
    does: str
    asks: tuple[str, ...] = ("reason",)
    of_step: StepStatus | None = None
    only_open: bool = False
    danger: bool = False
    listed: bool = True

    @property
    def verb(self) -> str:
        return self.act.__name__

    @property
    def permission(self) -> str:
        return VERBS[self.verb].permission

    @property
    def sources(self) -> tuple[JobStatus, ...]:
        return tuple(status for status in JobStatus if status in VERBS[self.verb].sources)


_ALL: Final = (
    Control(
        act=services.pause,
        label="Pause",
        does="Nothing new starts. Steps that run now finish, and what they cause is held until you resume.",
    ),
    Control(act=services.resume, label="Resume", does="The job goes on where it was paused."),
    Control(
        act=services.retry,
        label="Retry",
        does="This job goes on: its unfinished steps run again on the same revision; what succeeded is kept.",
    ),
    Control(
        act=services.skip_step,
        label="Skip the failed step",
        does="The job goes on as if the failed step had sent nothing.",
        asks=("step", "reason"),
        of_step=StepStatus.FAILED,
    ),
    Control(
        act=services.supply_output,
        label="Supply its output",
        does="The job goes on as if the failed step had sent what you write here.",
        asks=("step", "outputs", "reason"),
        of_step=StepStatus.FAILED,
    ),
    Control(
        act=services.post_item,
        label="Post an item",
        does="The item waits in the slot until the node's activation policy takes it.",
        asks=("slot", "payload", "reason"),
    ),
    Control(
        act=services.close,
        label="Close",
        does="No more items will be posted: the job completes once everything in it is done.",
        only_open=True,
    ),
    Control(
        act=services.cancel,
        label="Cancel",
        does="Nothing more starts. Steps that run now are cut off; their results are not kept.",
        danger=True,
    ),
    Control(
        act=services.set_breakpoint,
        label="Set a breakpoint",
        does="From here on, steps of this node are held.",
        asks=("node", "reason"),
        listed=False,
    ),
    Control(
        act=services.clear_breakpoint,
        label="Continue past a breakpoint",
        does="What the breakpoint held goes on.",
        asks=("node", "reason"),
        listed=False,
    ),
    Control(
        act=services.step,
        label="Release one step",
        does="One step goes on. The breakpoint stays.",
        asks=("node", "reason"),
        listed=False,
    ),
    Control(
        act=services.edit_item,
        label="Change an item",
        does="The old payload is kept in the job's history.",
        asks=("item", "payload", "reason"),
        listed=False,
    ),
    Control(
        act=services.drop_item,
        label="Drop an item",
        does="It is kept in the job's history.",
        asks=("item", "reason"),
        danger=True,
        listed=False,
    ),
    Control(
        act=services.decide,
        label="Decide",
        does="The step goes on with your decision.",
        asks=("step", "answer", "comment"),
        of_step=StepStatus.PARKED,
        listed=False,
    ),
)
CONTROLS: Final = MappingProxyType({control.verb: control for control in _ALL})


@dataclass(frozen=True, slots=True)
class Offer:
    """A control as one job and one reader see it: `why_not` is empty when it can be done."""

    control: Control
    why_not: str


def offers(job: Job, user: User, steps: Collection[str]) -> list[Offer]:
    """Those that are listed, those that can be done first."""
    listed = (control for control in _ALL if control.listed)
    found = [Offer(control, why_not(control, job, user, steps)) for control in listed]
    return sorted(found, key=lambda offer: bool(offer.why_not))


def why_not(control: Control, job: Job, user: Any, steps: Collection[str]) -> str:
    """`steps` are the statuses that steps of the job have."""
    if not user.has_perm(control.permission):
        return f"You lack the permission ‘{_MAY[control.permission]}’."
    if job.status not in control.sources:
        return f"The job is {job.status}: {_only(control)}."
    if control.only_open and not job.keep_open:
        return "The job is not open for items: it completes by itself."
    if control.of_step is not None and control.of_step not in steps:
        return _NO_STEP[control.of_step]
    return ""


def _only(control: Control) -> str:
    if set(control.sources) == JOB_UNDER_WAY:
        return "this is for jobs that have not ended"
    if set(control.sources) == JOB_TERMINAL:
        return "this is for jobs that have ended"
    return f"this is for jobs that are {' or '.join(control.sources)}"
