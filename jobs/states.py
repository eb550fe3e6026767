"""The states of jobs and activations, as data. No Django models here: the router and the store read this too."""

from __future__ import annotations

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
    WAITING = "waiting"  #: the flow's max_workers hint holds it back
    HELD = "held"  #: its job is paused or queued
    COMPLETED = "completed"
    FAILED = "failed"
    ERROR_CONTINUED = "error_continued"  #: failed, its error handler said continue
    SKIPPED = "skipped"  #: failed, its error handler said skip
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self in STEP_OPEN


JOB_TERMINAL: Final = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED})
STEP_OPEN: Final = frozenset(
    {StepStatus.READY, StepStatus.RUNNING, StepStatus.RETRYING, StepStatus.WAITING, StepStatus.HELD}
)
