"""Telling the Runtime that there is work. Tickets are idempotent: a lost, doubled or late one costs time, never work."""

from __future__ import annotations

from typing import Any

from django_q.tasks import async_task

from jobs.runtime.broker import PostgresBroker
from jobs.runtime.store.link import Link, django_link, run

WORK_CHANNEL = "routilux_work"
TASK = "jobs.runtime.session.work"

# Fresh and due by then, or left by a dead session and due again: in either case somebody will come in time.
UNCLAIMED = """
SELECT pg_notify(%(channel)s, ''),
       EXISTS (SELECT 1 FROM jobs_ticket
               WHERE wake AND visible_at <= clock_timestamp() + %(delay)s * interval '1 second'
                 AND (taken_at IS NULL OR visible_at <= clock_timestamp()))
"""


def ring(link: Link | None = None, *, delay: float = 0.0) -> bool:
    """Make sure that somebody looks for work in `delay` seconds; returns whether that took a new ticket.

    Call it after the transaction that made the work: a ticket that arrives earlier would find nothing.
    """
    link = link or django_link()
    params: dict[str, Any] = {"channel": WORK_CHANNEL, "delay": delay}
    row = run(link, UNCLAIMED, params).fetchone()
    if row and row[1]:
        return False
    broker = PostgresBroker.for_wake_up(link, delay)
    async_task(TASK, q_options={"broker": broker, "save": False, "ack_failure": True, "task_name": "session"})
    return True
