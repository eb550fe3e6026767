"""What a supervisor writes and reads: its own heartbeat, its cluster's sessions, and how long work has waited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django_q.conf import Conf

from jobs.runtime.store.admit import movable
from jobs.runtime.store.claim import awaken_retries, seconds_to_next_due
from jobs.runtime.store.link import Link, run
from jobs.runtime.store.rescue import end_overdue_jobs

__all__ = [
    "awaken_retries",
    "beat",
    "end_overdue_jobs",
    "has_unserved_ticket",
    "movable",
    "oldest_ready_seconds",
    "register",
    "return_orphaned_tasks",
    "return_tasks",
    "seconds_to_next_due",
    "sessions_of",
    "unregister",
    "was_declared_dead",
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
# From the head of the claim index.
OLDEST = """
SELECT extract(epoch FROM clock_timestamp() - min(ready_at))::float8 FROM (
    SELECT ready_at FROM jobs_activation WHERE status = 'ready' ORDER BY on_loop, priority DESC, id LIMIT 100
) AS head
"""
# A wake-up that nobody takes, or that our own pusher took and no worker of ours began.
UNSERVED = """
SELECT EXISTS (
    SELECT 1 FROM jobs_ticket
    WHERE wake AND ((taken_at IS NULL AND visible_at < clock_timestamp() - %(patience)s * interval '1 second')
        OR (taken_by = %(id)s AND taken_at < clock_timestamp() - %(patience)s * interval '1 second')))
"""


# What a cluster that was killed had taken and not acknowledged: later each time, for one of them may be what kills, and
# the others must not be buried with it. Wake-ups are sent anew by whoever has work.
RETURN_TASKS = """
UPDATE jobs_ticket t
SET visible_at = clock_timestamp() + power(2, deliveries) * interval '1 second', taken_at = NULL, taken_by = ''
WHERE NOT wake AND key = %(key)s AND {whose}
"""
OWN = "taken_by = %(id)s"
# Those that are taken stand at the end of the index: django-q2 would deliver them again in years. A plain qcluster has
# no row and nobody who beats for it: its tasks are its own.
ORPHANED = """visible_at > now() + interval '1 day' AND EXISTS (
    SELECT FROM jobs_cluster c
    WHERE c.id = t.taken_by AND c.heartbeat_at < now() - %(silence)s * interval '1 second')"""


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


def return_tasks(link: Link, cluster: str) -> None:
    """Ordinary django-q2 tasks of a cluster that is no more are delivered again."""
    run(link, RETURN_TASKS.format(whose=OWN), {"id": cluster, "key": Conf.CLUSTER_NAME})


def return_orphaned_tasks(link: Link, *, silence: float) -> None:
    """The same for all clusters whose supervisor has been silent for so many seconds."""
    run(link, RETURN_TASKS.format(whose=ORPHANED), {"silence": silence, "key": Conf.CLUSTER_NAME})


def sessions_of(link: Link, cluster: str) -> list[SessionRow]:
    return [SessionRow(*row) for row in run(link, SESSIONS, {"id": cluster}).fetchall()]


def has_unserved_ticket(link: Link, cluster: str, *, patience: float) -> bool:
    row = run(link, UNSERVED, {"id": cluster, "patience": patience}).fetchone()
    return bool(row and row[0])


def oldest_ready_seconds(link: Link) -> float | None:
    """How long the oldest runnable step has waited; None when there is none."""
    row = run(link, OLDEST).fetchone()
    return row[0] if row else None


DECLARED_DEAD = "SELECT outcome = 'lost' FROM jobs_session WHERE id = %(id)s"


def was_declared_dead(link: Link, session: UUID) -> bool:
    """Its heartbeat stopped and others took its work; False once it has come back and said so."""
    row = run(link, DECLARED_DEAD, {"id": session}).fetchone()
    return bool(row and row[0])
