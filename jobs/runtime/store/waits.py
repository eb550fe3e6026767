"""What a parked step asked for: written by the commit that parks it, read when it runs again."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from jobs.runtime.store.link import Link, run
from jobs.states import WaitKind

SAVE_WAIT = """
INSERT INTO jobs_wait (step_id, job_id, kind, request, child_id, errors)
VALUES (%(step)s, %(job)s, %(kind)s, %(request)s::jsonb, %(child)s, %(errors)s)
ON CONFLICT (step_id) DO UPDATE SET kind = excluded.kind, request = excluded.request,
    child_id = excluded.child_id, errors = excluded.errors,
    asked_at = clock_timestamp(), answer = NULL, answered_at = NULL
"""


# Somebody paused the parent before the child was there to be paused with it.
PAUSE_CHILD = """
WITH child AS (
    UPDATE jobs_job SET status = 'paused' WHERE id = %(child)s AND status IN ('pending', 'queued') RETURNING id
), step AS (
    UPDATE jobs_activation a SET status = 'held'
    FROM child WHERE a.job_id = child.id AND a.status IN ('ready', 'waiting')
)
INSERT INTO jobs_jobevent (job_id, kind, reason) SELECT id, 'paused', 'Its parent was paused.' FROM child
"""


def save_wait(link: Link, *, job: UUID, step: int, kind: str, request: dict[str, Any], errors: int) -> None:
    """`errors`: how often the step had failed when it asked; after another failure it asks anew."""
    params = {"job": job, "step": step, "kind": kind, "request": json.dumps(request), "errors": errors}
    run(link, SAVE_WAIT, {**params, "child": _child(kind, request)})


def pause_child(link: Link, *, kind: str, request: dict[str, Any]) -> None:
    """The job that a step of a paused job has just started, if it did, begins when that job goes on."""
    run(link, PAUSE_CHILD, {"child": _child(kind, request)})


def _child(kind: str, request: dict[str, Any]) -> UUID | None:
    return UUID(request["job"]) if kind == WaitKind.CHILD_JOB else None


LOAD_ANSWER = "SELECT answer::text FROM jobs_wait WHERE step_id = %(step)s AND errors = %(errors)s"


def load_answer(link: Link, *, step: int, errors: int) -> dict[str, Any] | None:
    """The answer to what this step asked for; None when it has not asked, or nobody has answered."""
    row = run(link, LOAD_ANSWER, {"step": step, "errors": errors}).fetchone()
    return json.loads(row[0]) if row and row[0] else None
