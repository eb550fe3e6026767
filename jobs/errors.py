"""What can go wrong when jobs are triggered, steered or run. Each error has a stable code."""

from __future__ import annotations

from typing import Any

from routilux_site.lib.errors import RoutiluxError
from templates_app.spec import Port


class JobError(RoutiluxError):
    code = "job-error"


class FlowNotRunnable(JobError):
    title = "The flow cannot be run"
    code = "flow-not-runnable"
    status = 409


class BadInput(JobError):
    title = "The input does not fit"
    code = "bad-input"
    status = 422


class BadEntry(JobError):
    title = "There is no such entry"
    code = "bad-entry"


class BadFilter(JobError):
    title = "The filter cannot be read"
    code = "bad-filter"


class WrongState(JobError):
    title = "The job is not in a state for this"
    code = "wrong-state"
    status = 409


class JobPruned(JobError):
    """The job is known, and its history was taken away; `members` are what an answer tells of it."""

    title = "The history of this job was pruned"
    code = "job-pruned"
    status = 410

    def __init__(self, message: str, *, stub: dict[str, Any]) -> None:
        super().__init__(message)
        self.members = {"job": stub}


class BadIdempotencyKey(JobError):
    code = "bad-idempotency-key"


class IdempotencyConflict(JobError):
    title = "The idempotency key belongs to another request"
    code = "idempotency-key-reused"
    status = 422


class SlotFull(JobError):
    """More items wait in a slot than it may hold. The step that would have added more fails with this."""

    code = "slot-full"
    status = 409

    def __init__(self, port: Port, capacity: int) -> None:
        super().__init__(
            f"{port} would hold more than {capacity} waiting items: raise the slot's capacity, let its policy take "
            f"items sooner, or give this step a retry handler so that it waits until there is room"
        )


class ResultTooLarge(JobError):
    """A step sent more than one commit may carry."""

    code = "result-too-large"


class StepTimeout(JobError):
    """Raised inside a step that ran longer than its timeout."""

    code = "step-timeout"


class SessionLost(JobError):
    """The session no longer owns its work: its lease ended or its database connection broke mid-commit."""

    code = "session-lost"
    status = 503
