"""Letting queued jobs begin. Serialised per flow by an advisory lock that ends with the transaction.

The lock is a statement of its own: what is read after it sees everything that the former holder committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from jobs.admission.limits import Candidate, Place, Rate
from jobs.runtime.store.link import LOCK_TIMEOUT, Link, run

#: Of one key, so many are looked at in one go; and so many keys are looked at in one sweep.
LINE, KEYS, MOVING, RIPE = 200, 1000, 50, 500

LOCK = """
SELECT set_config('lock_timeout', %(timeout)s, true),
       pg_advisory_xact_lock(hashtextextended('routilux admission ' || %(flow)s::text, 0))
"""


def lock_flow(link: Link, flow: int) -> None:
    """Must run inside a transaction; raises LockNotAvailable when somebody holds it for long."""
    run(link, LOCK, {"flow": flow, "timeout": str(LOCK_TIMEOUT)})


CANDIDATES = """
SELECT id, concurrency_key, concurrency_limit, rate_count, rate_seconds, CASE WHEN serial THEN schedule_id END
FROM jobs_job WHERE flow_id = %(flow)s AND concurrency_key = %(key)s AND status = 'queued' AND admit_at IS NULL
ORDER BY priority DESC, id LIMIT %(line)s
"""
OLDEST = CANDIDATES.replace("priority DESC, id LIMIT %(line)s", "id LIMIT 1")
TAKEN = """
SELECT count(*) FROM jobs_job
WHERE concurrency_key = %(key)s AND concurrency_key <> '' AND admitted AND status IN ('pending', 'running', 'paused')
"""
UNDER_WAY = """
SELECT schedule_id, count(*) FROM jobs_job
WHERE schedule_id = ANY(%(schedules)s) AND admitted AND status IN ('pending', 'running', 'paused') GROUP BY schedule_id
"""
STARTS = """
SELECT extract(epoch FROM admitted_at)::float8 FROM jobs_job
WHERE flow_id = %(flow)s AND rate_count IS NOT NULL
  AND admitted_at > clock_timestamp() - %(seconds)s * interval '1 second'
ORDER BY admitted_at DESC LIMIT %(count)s
"""
NOW = "SELECT extract(epoch FROM clock_timestamp())::float8"


@dataclass(frozen=True, slots=True)
class Line:
    """Who waits under one key, first in line first, and what the decision needs to know."""

    candidates: list[Candidate[UUID]]
    taken: dict[str, int]
    starts: list[float]
    now: float


def line(link: Link, flow: int, key: str, *, oldest_first: bool = False) -> Line:
    """In order of priority; with `oldest_first`, after who has waited longest."""
    asked = {"flow": flow, "key": key}
    first = run(link, OLDEST, asked).fetchall() if oldest_first else []
    rows = first + [row for row in run(link, CANDIDATES, {**asked, "line": LINE}).fetchall() if row not in first]
    candidates = [_candidate(*row) for row in rows]
    taken = _taken(link, key, schedules=[row[5] for row in rows if row[5]]) if any(c.places for c in candidates) else {}
    rates = [one.rate for one in candidates if one.rate]
    starts = _starts(link, flow, rates) if rates else []
    return Line(candidates, taken, starts, _value(link, NOW, {}))


def _candidate(
    job: UUID, key: str, limit: int | None, count: int | None, seconds: int | None, schedule: int | None
) -> Candidate[UUID]:
    places = [Place(key, limit)] if limit is not None else []
    places += [Place(_of_schedule(schedule), 1)] if schedule else []
    return Candidate(job, tuple(places), Rate(count, seconds) if count and seconds else None)


def _of_schedule(schedule: int) -> str:
    return f"schedule {schedule}"


def _taken(link: Link, key: str, *, schedules: Sequence[int]) -> dict[str, int]:
    taken = {key: _value(link, TAKEN, {"key": key})}
    if schedules:
        rows = run(link, UNDER_WAY, {"schedules": list(schedules)}).fetchall()
        taken |= {_of_schedule(schedule): count for schedule, count in rows}
    return taken


def _starts(link: Link, flow: int, rates: Sequence[Rate]) -> list[float]:
    params = {"flow": flow, "seconds": max(r.seconds for r in rates), "count": max(r.count for r in rates)}
    return [row[0] for row in run(link, STARTS, params).fetchall()][::-1]


def _value(link: Link, sql: str, params: dict[str, Any]) -> Any:
    row = run(link, sql, params).fetchone()
    return row[0] if row else None


def clock(link: Link) -> datetime:
    """The database's, which is the same for all hosts."""
    moment: datetime = _value(link, "SELECT clock_timestamp()", {})
    return moment


# Held steps go; what max_workers keeps waiting goes on waiting. A job that is retried has begun before.
ADMIT = """
WITH job AS (
    UPDATE jobs_job
    SET status = CASE WHEN started_at IS NULL THEN 'pending' ELSE 'running' END,
        admitted = true, admitted_at = clock_timestamp(),
        deadline_at = CASE WHEN started_at IS NOT NULL THEN clock_timestamp() + timeout * interval '1 second' END
    WHERE id = ANY(%(jobs)s) AND status = 'queued' RETURNING id, open
), told AS (
    INSERT INTO jobs_jobevent (job_id, kind) SELECT id, 'admitted' FROM job
), step AS (
    UPDATE jobs_activation a SET status = 'ready', ready_at = clock_timestamp()
    FROM job WHERE a.job_id = job.id AND a.status = 'held'
)
SELECT id, open FROM job
"""


def admit(link: Link, jobs: Sequence[UUID]) -> list[tuple[UUID, int]]:
    """Let queued jobs begin; returns those that did, with how many steps each has open."""
    return [(row[0], row[1]) for row in run(link, ADMIT, {"jobs": list(jobs)}).fetchall()]


LATER = """
UPDATE jobs_job SET admit_at = clock_timestamp() + %(seconds)s * interval '1 second'
WHERE id = %(job)s AND status = 'queued'
"""


def look_later(link: Link, job: UUID, seconds: float) -> None:
    run(link, LATER, {"job": job, "seconds": seconds})


RIPEN = """
WITH due AS MATERIALIZED (
    SELECT id FROM jobs_job WHERE status = 'queued' AND admit_at <= clock_timestamp()
    ORDER BY admit_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE jobs_job j SET admit_at = NULL FROM due WHERE j.id = due.id
"""


def ripen(link: Link) -> int:
    """Jobs whose time has come stand in line from now on; returns how many."""
    return run(link, RIPEN, {"limit": RIPE}).rowcount


# From one key to the next by the index, however many jobs wait under each.
MOVABLE = """
WITH RECURSIVE line AS (
    (SELECT flow_id, concurrency_key, concurrency_limit, rate_count, rate_seconds, serial, schedule_id
     FROM jobs_job
     WHERE status = 'queued' AND admit_at IS NULL ORDER BY flow_id, concurrency_key, priority DESC, id LIMIT 1)
    UNION ALL
    SELECT next.* FROM line CROSS JOIN LATERAL (
        SELECT flow_id, concurrency_key, concurrency_limit, rate_count, rate_seconds, serial, schedule_id
        FROM jobs_job
        WHERE status = 'queued' AND admit_at IS NULL
          AND (flow_id, concurrency_key) > (line.flow_id, line.concurrency_key)
        ORDER BY flow_id, concurrency_key, priority DESC, id LIMIT 1) AS next
)
SELECT flow_id, concurrency_key FROM (SELECT * FROM line LIMIT %(keys)s) AS line
WHERE (concurrency_limit IS NULL OR concurrency_limit > (
        SELECT count(*) FROM jobs_job j
        WHERE j.concurrency_key = line.concurrency_key AND j.concurrency_key <> ''
          AND j.admitted AND j.status IN ('pending', 'running', 'paused')))
  AND (rate_count IS NULL OR rate_count > (
        SELECT count(*) FROM jobs_job j
        WHERE j.flow_id = line.flow_id AND j.rate_count IS NOT NULL
          AND j.admitted_at > clock_timestamp() - line.rate_seconds * interval '1 second'))
  AND NOT (serial AND EXISTS (
        SELECT 1 FROM jobs_job j
        WHERE j.schedule_id = line.schedule_id AND j.admitted AND j.status IN ('pending', 'running', 'paused')))
LIMIT %(limit)s
"""


def movable(link: Link, *, limit: int = MOVING) -> list[tuple[int, str]]:
    """Flows and keys of which the first in line may begin."""
    return [(row[0], row[1]) for row in run(link, MOVABLE, {"keys": KEYS, "limit": limit}).fetchall()]


WHOSE = "SELECT flow_id, concurrency_key FROM jobs_job WHERE id = %(job)s AND concurrency_key <> ''"


def whose_place(link: Link, job: UUID) -> tuple[int, str] | None:
    """The flow and the key whose line moves up when this job has ended."""
    row = run(link, WHOSE, {"job": job}).fetchone()
    return (row[0], row[1]) if row else None
