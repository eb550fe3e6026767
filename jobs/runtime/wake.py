"""Telling the Runtime that there is work. A lost, doubled or late ticket costs time, never work."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django_q.conf import Conf
from django_q.tasks import async_task

from jobs.runtime.broker import PostgresBroker
from jobs.runtime.store.link import Link, django_link, run

WORK_CHANNEL = "routilux_work"
TASK = "jobs.runtime.session.work"

# A ticket counts that is fresh and due by then, or was left by a dead session and is due again. A live session counts
# as well: it hears the notification, keeps its own time, and rings on its way out if work is left.
ANYBODY = """
SELECT CASE WHEN NOT %(announced)s THEN pg_notify(%(channel)s, '') END,
       EXISTS (SELECT 1 FROM jobs_ticket
               WHERE wake AND key = %(key)s AND visible_at <= clock_timestamp() + %(delay)s * interval '1 second'
                 AND (taken_at IS NULL OR visible_at <= clock_timestamp())),
       (SELECT count(*) FROM jobs_session
        WHERE ended_at IS NULL AND outcome <> 'stopping'
          AND heartbeat_at > clock_timestamp() - %(lease)s * interval '1 second'),
       (SELECT coalesce(sum(greatest(workers - 1, 1)), 0) FROM jobs_cluster
        WHERE ended_at IS NULL AND heartbeat_at > clock_timestamp() - %(lease)s * interval '1 second')
"""


def ring(link: Link | None = None, *, delay: float = 0.0, more: bool = False, announced: bool = False) -> bool:
    """Make sure that somebody looks for work in `delay` seconds; returns whether that took a new ticket.

    Call it after the transaction that made the work: a ticket that arrives earlier would find nothing. With `more`, the
    sessions that live are not enough, and another is wanted if the clusters can carry one. `announced`: sessions that
    live have been told already.
    """
    link = link or django_link()
    params: dict[str, Any] = {"channel": WORK_CHANNEL, "delay": delay, "lease": settings.ROUTILUX["LEASE"]}
    params |= {"key": Conf.CLUSTER_NAME, "announced": announced}
    _, ticket, sessions, capacity = run(link, ANYBODY, params).fetchone() or ("", False, 0, 0)
    if ticket or (sessions and not (more and sessions < capacity)):
        return False
    broker = PostgresBroker.for_wake_up(link, delay)
    async_task(TASK, q_options={"broker": broker, "save": False, "ack_failure": True, "task_name": "session"})
    return True
