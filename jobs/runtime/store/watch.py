"""What a supervisor writes and reads: its own heartbeat, its cluster's sessions, and how long work has waited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from jobs.runtime.store.claim import awaken_retries
from jobs.runtime.store.link import Link, run
from jobs.runtime.store.rescue import end_overdue_jobs

__all__ = [
    "awaken_retries",
    "beat",
    "end_overdue_jobs",
    "oldest_ready_seconds",
    "register",
    "sessions_of",
    "unregister",
]

REGISTER = """
INSERT INTO jobs_cluster (id, host, pid, workers, restarts, last_restart_reason)
VALUES (%(id)s, %(host)s, %(pid)s, %(workers)s, %(restarts)s, %(reason)s)
ON CONFLICT (id) DO UPDATE SET restarts = excluded.restarts, last_restart_reason = excluded.last_restart_reason,
    heartbeat_at = clock_timestamp()
"""
BEAT = "UPDATE jobs_cluster SET heartbeat_at = clock_timestamp() WHERE id = %(id)s"
UNREGISTER = "UPDATE jobs_cluster SET ended_at = clock_timestamp() WHERE id = %(id)s"
SESSIONS = "SELECT id, pid FROM jobs_session WHERE ended_at IS NULL AND cluster = %(id)s"
# From the head of the claim index; `created_at` may lie long before, `started_at` is set once it was claimed.
OLDEST = """
SELECT extract(epoch FROM clock_timestamp() - min(since))::float8 FROM (
    SELECT coalesce(started_at, created_at) AS since FROM jobs_activation
    WHERE status = 'ready' ORDER BY priority DESC, id LIMIT 100
) AS head
"""


@dataclass(frozen=True, slots=True)
class SessionRow:
    id: UUID
    pid: int


def register(link: Link, **row: Any) -> None:
    run(link, REGISTER, row)


def beat(link: Link, cluster: str) -> None:
    run(link, BEAT, {"id": cluster})


def unregister(link: Link, cluster: str) -> None:
    run(link, UNREGISTER, {"id": cluster})


def sessions_of(link: Link, cluster: str) -> list[SessionRow]:
    return [SessionRow(*row) for row in run(link, SESSIONS, {"id": cluster}).fetchall()]


def oldest_ready_seconds(link: Link) -> float | None:
    """How long the oldest runnable step has waited; None when there is none."""
    row = run(link, OLDEST).fetchone()
    return row[0] if row else None
