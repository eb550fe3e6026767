"""The states of jobs and activations, as data. No Django models here: the router and the store read this too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.db.models import TextChoices


class JobStatus(TextChoices):
    QUEUED = "queued"  #: accepted, waits for its start time, a free place under its flow's limit, or its rate
    PENDING = "pending"  #: accepted, no step has started
    RUNNING = "running"  #: at least one step has started
    PAUSED = "paused"  #: nothing new starts until it is resumed
    COMPLETED = "completed"  #: no step is open and no item can fire any more
    FAILED = "failed"  #: a step failed and its error handler said stop
    CANCELLED = "cancelled"  #: somebody stopped it

    @property
    def is_terminal(self) -> bool:
        return self in JOB_TERMINAL


class StepStatus(TextChoices):
    READY = "ready"  #: any session may claim it
    RUNNING = "running"  #: a lane works on it
    RETRYING = "retrying"  #: failed, will be ready again at its due time
    WAITING = "waiting"  #: the flow's max_workers hint holds it back, or a step of its node that is blocked
    HELD = "held"  #: its job is paused or queued
    AT_BREAKPOINT = "at_breakpoint"  #: a breakpoint on its node holds it, with its items, before it starts
    BLOCKED = "blocked"  #: it has run, and what it sent waits for room in a slot
    PARKED = "parked"  #: it waits, without a lane, for something outside: a decision, a child job
    COMPLETED = "completed"
    FAILED = "failed"
    ERROR_CONTINUED = "error_continued"  #: failed, its error handler said continue
    SKIPPED = "skipped"  #: failed, its error handler said skip
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self in STEP_OPEN


class WaitKind(TextChoices):
    """What a parked step may wait for."""

    DECISION = "decision"  #: somebody approves or rejects
    CHILD_JOB = "child_job"  #: the job of another flow ends


JOB_TERMINAL: Final = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED})
JOB_UNDER_WAY: Final = frozenset(JobStatus) - JOB_TERMINAL
JOB_STOPPED: Final = frozenset({JobStatus.FAILED, JobStatus.CANCELLED})
STEP_OPEN: Final = frozenset(
    {
        StepStatus.READY,
        StepStatus.RUNNING,
        StepStatus.RETRYING,
        StepStatus.WAITING,
        StepStatus.HELD,
        StepStatus.AT_BREAKPOINT,
        StepStatus.PARKED,
        StepStatus.BLOCKED,
    }
)
#: Open steps that take up no lane: they count neither for max_workers nor as something that moves.
STEP_IDLE: Final = frozenset({StepStatus.WAITING, StepStatus.AT_BREAKPOINT, StepStatus.PARKED, StepStatus.BLOCKED})

CONTROL: Final = "jobs.control_job"


@dataclass(frozen=True, slots=True)
class Verb:
    """What may be done to a job: from which states, by whom, and how the refusal of another state ends."""

    sources: frozenset[JobStatus]
    but: str
    permission: str = CONTROL


#: Read by the verbs themselves, by the API for its refusals and by the pages for their buttons.
VERBS: Final[Mapping[str, Verb]] = MappingProxyType(
    {
        "cancel": Verb(JOB_UNDER_WAY, "cannot be cancelled any more", "jobs.cancel_job"),
        "pause": Verb(JOB_UNDER_WAY - {JobStatus.PAUSED}, "cannot be paused"),
        "resume": Verb(frozenset({JobStatus.PAUSED}), "is not paused"),
        "retry": Verb(JOB_STOPPED, "has nothing to retry"),
        "skip_step": Verb(JOB_STOPPED, "has no step to mend"),
        "supply_output": Verb(JOB_STOPPED, "has no step to mend"),
        "post_item": Verb(JOB_UNDER_WAY, "takes no more items"),
        "close": Verb(JOB_UNDER_WAY, "needs no closing"),
        "set_breakpoint": Verb(JOB_UNDER_WAY, "starts no more steps to be held"),
        "clear_breakpoint": Verb(JOB_UNDER_WAY, "holds no steps any more"),
        "step": Verb(JOB_UNDER_WAY, "holds no steps any more"),
        "edit_item": Verb(JOB_UNDER_WAY, "has no items to edit any more"),
        "drop_item": Verb(JOB_UNDER_WAY, "has no items to drop any more"),
        "decide": Verb(JOB_UNDER_WAY, "waits for no decision any more", "jobs.decide_job"),
    }
)


def verbs_from(status: str) -> frozenset[str]:
    """The verbs that start from this state."""
    return frozenset(name for name, verb in VERBS.items() if status in verb.sources)
