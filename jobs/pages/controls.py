"""What can be done to a job, each with what it will do and, where it cannot be done, why not.

One page a verb: it says what will happen, asks for a reason, and calls the verb. Nothing here decides: verbs refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from jobs.models import Job
from jobs.states import JOB_TERMINAL, JOB_UNDER_WAY, VERBS, JobStatus

User = AbstractBaseUser | AnonymousUser
CONTROL, CANCEL, TRIGGER = "jobs.control_job", "jobs.cancel_job", "templates_app.trigger_flowprototype"
_MAY: Final = MappingProxyType(
    {CONTROL: "Can pause, resume, retry and mend jobs", CANCEL: "Can cancel jobs", TRIGGER: "Can trigger jobs"}
)


def _from(verb: str) -> tuple[JobStatus, ...]:
    return tuple(status for status in JobStatus if status in VERBS[verb].sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """`sources` are the statuses that the verb starts from; `asks` names the fields of its form beside the reason."""

    verb: str
    label: str
    does: str
    permission: str
    sources: tuple[JobStatus, ...]
    asks: tuple[str, ...] = ()
    only_open: bool = False
    needs_failed_step: bool = False
    danger: bool = False


CONTROLS: Final = MappingProxyType(
    {
        control.verb: control
        for control in (
            Control(
                verb="pause", label="Pause", permission=CONTROL,
                sources=_from("pause"),
                does="Nothing new starts. Steps that run now finish, and what they cause is held until you resume.",
            ),
            Control(
                verb="resume", label="Resume", permission=CONTROL, sources=_from("resume"),
                does="The job goes on where it was paused.",
            ),
            Control(
                verb="retry", label="Retry", permission=CONTROL, sources=_from("retry"),
                does="This job goes on: its unfinished steps run again on the same revision; what succeeded is kept.",
            ),
            Control(
                verb="skip", label="Skip the failed step", permission=CONTROL, sources=_from("skip_step"),
                asks=("step",), needs_failed_step=True, does="The job goes on as if the failed step had sent nothing.",
            ),
            Control(
                verb="supply", label="Supply its output", permission=CONTROL, sources=_from("supply_output"),
                asks=("step", "outputs"), needs_failed_step=True,
                does="The job goes on as if the failed step had sent what you write here.",
            ),
            Control(
                verb="post", label="Post an item", permission=CONTROL, sources=_from("post_item"),
                asks=("slot", "payload"),
                does="The item waits in the slot until the node's activation policy takes it.",
            ),
            Control(
                verb="close", label="Close", permission=CONTROL, sources=_from("close"), only_open=True,
                does="No more items will be posted: the job completes once everything in it is done.",
            ),
            Control(
                verb="cancel", label="Cancel", permission=CANCEL, sources=_from("cancel"), danger=True,
                does="Nothing more starts. Steps that run now are cut off; their results are not kept.",
            ),
        )
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """A control as one job and one reader see it: `why_not` is empty when it can be done."""

    control: Control
    why_not: str


def offers(job: Job, user: User, *, failed_step: bool) -> list[Offer]:
    """All of them, those that can be done first."""
    found = [Offer(control, why_not(control, job, user, failed_step=failed_step)) for control in CONTROLS.values()]
    return sorted(found, key=lambda offer: bool(offer.why_not))


def why_not(control: Control, job: Job, user: Any, *, failed_step: bool) -> str:
    if not user.has_perm(control.permission):
        return f"You lack the permission ‘{_MAY[control.permission]}’."
    if job.status not in control.sources:
        return f"The job is {job.status}: {_only(control)}."
    if control.only_open and not job.keep_open:
        return "The job is not open for items: it completes by itself."
    if control.needs_failed_step and not failed_step:
        return "No step of this job has failed."
    return ""


def _only(control: Control) -> str:
    if set(control.sources) == JOB_UNDER_WAY:
        return "this is for jobs that have not ended"
    if set(control.sources) == JOB_TERMINAL:
        return "this is for jobs that have ended"
    return f"this is for jobs that are {' or '.join(control.sources)}"
