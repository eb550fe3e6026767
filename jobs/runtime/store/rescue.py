"""Sessions come, beat, end, or are found dead; what a dead one left is ready again, or dead-lettered. No leader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from jobs.runtime import failpoints
from jobs.runtime.store.joblock import End, close_rest, end_job
from jobs.runtime.store.link import Link, run


@dataclass(frozen=True, slots=True)
class TicketLease:
    """Proof of holding a wake-up ticket: a later delivery has another count, so a stale holder cannot touch it."""

    id: int
    deliveries: int


OPEN = """
WITH known AS (
    INSERT INTO jobs_codeversion (hash, classes)
    SELECT %(code)s::text, %(classes)s::jsonb WHERE %(code)s::text <> '' ON CONFLICT DO NOTHING
)
INSERT INTO jobs_session (id, cluster, host, pid, lanes, code)
VALUES (%(id)s, %(cluster)s, %(host)s, %(pid)s, %(lanes)s, %(code)s)
"""


def open_session(link: Link, *, code: str = "", classes: Mapping[str, str] | None = None, **row: Any) -> None:
    """`code` is the hash of what the process runs, `classes` what it is made of."""
    run(link, OPEN, {**row, "code": code, "classes": json.dumps(classes or {})})


BEAT = """
WITH pushed AS (
    UPDATE jobs_ticket SET visible_at = clock_timestamp() + %(lease)s * interval '1 second'
    WHERE id = %(ticket)s AND deliveries = %(deliveries)s
)
UPDATE jobs_session SET heartbeat_at = clock_timestamp() WHERE id = %(session)s AND ended_at IS NULL
"""


def beat(link: Link, session: UUID, *, ticket: TicketLease | None, lease: float) -> bool:
    """Say that the session lives and keep its ticket invisible. False: somebody has declared it dead."""
    params: dict[str, Any] = {"session": session, "lease": lease, **_lease_params(ticket)}
    return run(link, BEAT, params).rowcount == 1


CLOSE = """
WITH acknowledged AS (
    DELETE FROM jobs_ticket WHERE id = %(ticket)s AND deliveries = %(deliveries)s
), handed_back AS (
    UPDATE jobs_activation SET status = 'ready', session_id = NULL, ready_at = clock_timestamp()
    WHERE session_id = %(session)s AND status = 'running'
)
UPDATE jobs_session SET ended_at = coalesce(ended_at, clock_timestamp()),
       outcome = CASE WHEN ended_at IS NULL THEN %(outcome)s ELSE 'came back too late' END
WHERE id = %(session)s AND (ended_at IS NULL OR outcome = 'lost')
"""


STOPPING = "UPDATE jobs_session SET outcome = 'stopping' WHERE id = %(session)s AND ended_at IS NULL"


def tell_stopping(link: Link, session: UUID) -> None:
    """From here on the session takes nothing more: whoever has work must not count on it."""
    run(link, STOPPING, {"session": session})


def close_session(link: Link, session: UUID, *, ticket: TicketLease | None, outcome: str) -> None:
    """End in one transaction: acknowledge the own ticket, hand back what was claimed and not committed."""
    run(link, CLOSE, {"session": session, "outcome": outcome[:200], **_lease_params(ticket)})


ACKNOWLEDGE = "DELETE FROM jobs_ticket WHERE id = %(ticket)s AND deliveries = %(deliveries)s"


def acknowledge(link: Link, ticket: TicketLease | None) -> None:
    run(link, ACKNOWLEDGE, _lease_params(ticket))


def _lease_params(ticket: TicketLease | None) -> dict[str, Any]:
    return {"ticket": ticket.id if ticket else None, "deliveries": ticket.deliveries if ticket else None}


# Bounded, so that no claim pays for more than a few dead sessions; SKIP LOCKED, so that sweepers share the work.
DEAD = """
WITH dead AS MATERIALIZED (
    SELECT id FROM jobs_session
    WHERE ended_at IS NULL AND (id = ANY(%(gone)s::uuid[])
        OR (heartbeat_at < clock_timestamp() - %(lease)s * interval '1 second'
            -- While the server was down nobody could beat: let them come back first. They try three times a second.
            AND pg_postmaster_start_time() < clock_timestamp() - %(lease)s * interval '1 second' / 2))
    ORDER BY id LIMIT 8 FOR UPDATE SKIP LOCKED
)
UPDATE jobs_session s SET ended_at = clock_timestamp(), outcome = 'lost'
FROM dead WHERE s.id = dead.id
-- Its supervisor, on the same host and network, went on beating: this process hangs, and one of its steps may be why.
RETURNING s.id, EXISTS (SELECT 1 FROM jobs_cluster c WHERE c.id = s.cluster AND c.ended_at IS NULL
    AND c.heartbeat_at > s.heartbeat_at + %(lease)s * interval '1 second' / 2) AND s.id <> ALL(%(gone)s::uuid[])
"""
# A worker that died is counted against the steps that it ran: a step that kills its worker is bounded. One death may be
# anybody's fault. After two, and before the last attempt, a step is a suspect and runs alone: nobody is given up for
# what a neighbour did. A process that hangs takes a lease to be found out, so that once is enough.
ORPHANS = """
UPDATE jobs_activation a
SET deaths = a.deaths + 1,
    alone = a.session_id = ANY(%(hung)s::uuid[]) OR a.deaths + 1 >= least(2, j.max_attempts - 1),
    session_id = NULL, ready_at = clock_timestamp(),
    status = CASE WHEN a.deaths + 1 >= j.max_attempts THEN 'failed'
                  WHEN j.status IN ('paused', 'queued') THEN 'held' ELSE 'ready' END,
    finished_at = CASE WHEN a.deaths + 1 >= j.max_attempts THEN clock_timestamp() END,
    error_summary = CASE WHEN a.deaths + 1 >= j.max_attempts THEN %(reason)s ELSE a.error_summary END
FROM jobs_job j
WHERE a.session_id = ANY(%(sessions)s::uuid[]) AND a.status = 'running' AND j.id = a.job_id
RETURNING a.id, a.job_id, a.node, a.status, a.deaths
"""
# A commit that was under way while its session was ended may have left a step with a session that is no more.
STRAYS = """
UPDATE jobs_activation a
SET session_id = NULL, ready_at = clock_timestamp(),
    status = CASE WHEN j.status IN ('pending', 'running') THEN 'ready'
                  WHEN j.status IN ('paused', 'queued') THEN 'held' ELSE 'cancelled' END,
    finished_at = CASE WHEN j.status IN ('completed', 'failed', 'cancelled') THEN clock_timestamp() END
FROM jobs_job j
WHERE a.status = 'running' AND j.id = a.job_id
  AND NOT EXISTS (SELECT 1 FROM jobs_session s WHERE s.id = a.session_id AND s.ended_at IS NULL)
"""
POISON = "the worker process died while running this step, {deaths} times in a row; it will not be tried again"


@dataclass(frozen=True, slots=True)
class Rescued:
    sessions: int = 0
    ready: int = 0
    dead_lettered: int = 0
    ended_jobs: tuple[UUID, ...] = ()


def rescue(link: Link, *, lease: float, gone: list[UUID] | None = None) -> Rescued:
    """End sessions without a heartbeat for `lease` seconds (and those known to be `gone`); free what they ran."""
    rescued = _rescue_sessions(link, lease=lease, gone=gone)
    strays = run(link, STRAYS).rowcount
    for job in rescued.ended_jobs:
        close_rest(link, job)
    return replace(rescued, ready=rescued.ready + strays)


def _rescue_sessions(link: Link, *, lease: float, gone: list[UUID] | None) -> Rescued:
    with link.transaction():
        ended = run(link, DEAD, {"lease": lease, "gone": gone or []}).fetchall()
        if not ended:
            return Rescued()
        whose = {"sessions": [row[0] for row in ended], "hung": [row[0] for row in ended if row[1]]}
        orphans = run(link, ORPHANS, {**whose, "reason": POISON.format(deaths="too many")}).fetchall()
        failpoints.hit("in_rescue")
        dead = [row for row in orphans if row[3] == "failed"]
        for _, job, node, _, deaths in dead:
            end_job(link, job, End(status="failed", node=node, reason=f"{node}: {POISON.format(deaths=deaths)}"))
        return Rescued(len(ended), len(orphans) - len(dead), len(dead), tuple(row[1] for row in dead))


OVERDUE = """
SELECT id, timeout FROM jobs_job WHERE status IN ('running', 'paused') AND deadline_at <= clock_timestamp()
ORDER BY deadline_at LIMIT 20 FOR UPDATE SKIP LOCKED
"""


def end_overdue_jobs(link: Link) -> int:
    """Fail jobs whose deadline has passed; returns how many."""
    with link.transaction():
        overdue = run(link, OVERDUE).fetchall()
        for job, timeout in overdue:
            reason = f"the job ran longer than its timeout of {timeout:g} s"
            end_job(link, job, End(status="failed", reason=reason))
    for job, _ in overdue:
        close_rest(link, job)
    return len(overdue)


SLOT = "SELECT pg_try_advisory_lock(hashtext('routilux session ' || %(cluster)s), %(slot)s)"
UNLOCK = "SELECT pg_advisory_unlock_all()"


def take_session_slot(link: Link, *, cluster: str, slots: int) -> int | None:
    """At most `slots` sessions a cluster at a time, so that a worker stays free for other django-q2 tasks."""
    for slot in range(slots):
        row = run(link, SLOT, {"cluster": cluster, "slot": slot}).fetchone()
        if row is not None and row[0]:
            return slot
    return None


def free_session_slot(link: Link) -> None:
    run(link, UNLOCK)
