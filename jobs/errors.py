"""What can go wrong when jobs are triggered, steered or run. Each error has a stable code."""

from __future__ import annotations

from routilux_site.lib.errors import RoutiluxError


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


class WrongState(JobError):
    title = "The job is not in a state for this"
    code = "wrong-state"
    status = 409


class IdempotencyConflict(JobError):
    title = "The idempotency key belongs to another request"
    code = "idempotency-key-reused"
    status = 422


class SessionLost(JobError):
    """The session no longer owns its work: its lease ended or its database connection broke mid-commit."""

    code = "session-lost"
    status = 503
