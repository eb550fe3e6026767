"""What can go wrong when jobs are triggered, steered or run. Each error has a stable code."""

from __future__ import annotations

from routilux_site.lib.errors import RoutiluxError


class JobError(RoutiluxError):
    code = "job-error"


class FlowNotRunnable(JobError):
    code = "flow-not-runnable"
    status = 409


class BadInput(JobError):
    code = "bad-input"
    status = 422


class BadEntry(JobError):
    code = "bad-entry"


class WrongState(JobError):
    code = "wrong-state"
    status = 409


class IdempotencyConflict(JobError):
    code = "idempotency-key-reused"
    status = 422


class SessionLost(JobError):
    """The session no longer owns its work: its lease ended or its database connection broke mid-commit."""

    code = "session-lost"
    status = 503
