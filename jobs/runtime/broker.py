"""The broker that carries django-q2's messages in Postgres: claimed in batches, delivered on NOTIFY, leased by token.

Plugged in through django-q2's public `broker_class`. Wake-up tickets and ordinary django-q2 tasks both ride here.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import time
from typing import Any

import psycopg
from django.conf import settings
from django_q.brokers import Broker
from django_q.conf import Conf

from jobs.runtime import failpoints, process
from jobs.runtime.store.link import Link, django_link, open_link, run

logger = logging.getLogger(__name__)

TICKET_CHANNEL = "routilux_ticket"
POLL = 1.0
#: A ticket that was delivered so often and never acknowledged kills whoever takes it.
MAX_DELIVERIES = 10

ENQUEUE = """
INSERT INTO jobs_ticket (key, payload, wake, visible_at)
VALUES (%(key)s, %(payload)s, %(wake)s, clock_timestamp() + %(delay)s * interval '1 second')
RETURNING id, pg_notify(%(channel)s, '')
"""
# Due order; the ticket is invisible for its lease. A session pushes its own ticket's visibility forward while it lives.
DEQUEUE = """
WITH due AS MATERIALIZED (
    SELECT id FROM jobs_ticket WHERE key = %(key)s AND visible_at <= now()
      -- A cluster that holds as many sessions as it may leaves wake-ups to others.
      AND (NOT wake OR (SELECT count(*) FROM jobs_session
                        WHERE ended_at IS NULL AND cluster = %(cluster)s
                          AND heartbeat_at > now() - %(lease)s * interval '1 second') < %(slots)s)
    ORDER BY visible_at, id LIMIT {limit} FOR UPDATE SKIP LOCKED
)
UPDATE jobs_ticket t
SET taken_at = now(), taken_by = %(cluster)s, deliveries = t.deliveries + 1,
    visible_at = now() + CASE WHEN t.wake THEN %(lease)s ELSE %(retry)s END * interval '1 second'
FROM due WHERE t.id = due.id RETURNING t.id, t.deliveries, t.payload
"""
NEXT_DUE = "SELECT extract(epoch FROM min(visible_at) - now())::float8 FROM jobs_ticket WHERE key = %(key)s"
ACKNOWLEDGE = "DELETE FROM jobs_ticket WHERE id = %(id)s AND deliveries = %(deliveries)s"
# A wake-up carries nothing, so it is thrown away; any other message is kept for somebody to look at.
BURY = """
WITH gone AS (DELETE FROM jobs_ticket WHERE id = %(id)s AND deliveries = %(deliveries)s AND wake)
UPDATE jobs_ticket SET key = key || ':dead' WHERE id = %(id)s AND deliveries = %(deliveries)s AND NOT wake
"""


class PostgresBroker(Broker):  # type: ignore[misc]
    """Opens its own connection per process, when first needed: the object itself is inherited across forks."""

    def __init__(self, list_key: str | None = None) -> None:
        self.wake = False
        self.delay = 0.0
        self._own: Link | None = None
        self._heard = False
        self._links: dict[int, Link] = {}
        super().__init__(list_key=list_key or Conf.CLUSTER_NAME)

    @classmethod
    def for_wake_up(cls, link: Link, delay: float = 0.0) -> PostgresBroker:
        """A broker whose next message is a wake-up ticket, sent over `link`, visible in `delay` seconds."""
        broker = cls()
        broker.wake, broker.delay, broker._own = True, delay, link
        return broker

    @classmethod
    def over(cls, link: Link) -> PostgresBroker:
        """A broker that sends an ordinary django-q2 task over `link`."""
        broker = cls()
        broker._own = link
        return broker

    @staticmethod
    def get_connection(list_key: str | None = None) -> None:
        return None

    def enqueue(self, task: str) -> int:
        """In the caller's transaction, if there is one: work and doorbell are committed together."""
        params = {"channel": TICKET_CHANNEL, "key": self.list_key, "payload": task}
        row = run(self._own or django_link(), ENQUEUE, {**params, "wake": self.wake, "delay": self.delay}).fetchone()
        return int(row[0]) if row else 0

    def dequeue(self) -> list[tuple[str, str]]:
        """Due messages, waiting up to a second for one. Never raises: an exception here costs django-q2 ten seconds."""
        if process.told_to_stop():
            time.sleep(0.2)
            return []
        try:
            return self._take() or self._wait_and_take()
        except psycopg.Error as error:
            logger.warning("broker: %s", error, extra={"action": "broker_error"})
            self._drop_link()
            time.sleep(0.2)
            return []

    def acknowledge(self, task_id: str) -> None:
        failpoints.hit("in_monitor")
        self._settle(ACKNOWLEDGE, task_id)

    def fail(self, task_id: str) -> None:
        """django-q2 could not read the message: keep it out of the way, for somebody to look at."""
        self._settle(BURY, task_id)

    def delete(self, task_id: str) -> None:
        self._settle(ACKNOWLEDGE, task_id)

    def ping(self) -> bool:
        return run(self._link(), "SELECT 1").fetchone() is not None

    def info(self) -> str:
        return "Postgres"

    def queue_size(self) -> int:
        return self._count("visible_at <= now()")

    def lock_size(self) -> int:
        return self._count("visible_at > now() AND taken_at IS NOT NULL")

    def purge_queue(self) -> int:
        return run(self._link(), "DELETE FROM jobs_ticket WHERE key = %(key)s", {"key": self.list_key}).rowcount

    def delete_queue(self) -> int:
        return self.purge_queue()

    def close(self) -> None:
        self._drop_link()

    def _take(self) -> list[tuple[str, str]]:
        params = {"key": self.list_key, "lease": settings.ROUTILUX["LEASE"], "retry": Conf.RETRY}
        params |= {"cluster": process.cluster_id(), "slots": process.session_slots()}
        rows = run(self._link(), DEQUEUE.format(limit=int(Conf.BULK)), params).fetchall()
        if rows:
            failpoints.hit("after_dequeue")
        for ticket, deliveries, _ in rows:
            if deliveries > MAX_DELIVERIES:
                self._settle(BURY, f"{ticket}:{deliveries}")
        return [(f"{row[0]}:{row[1]}", row[2]) for row in rows if row[1] <= MAX_DELIVERIES]

    def _wait_and_take(self) -> list[tuple[str, str]]:
        row = run(self._link(), NEXT_DUE, {"key": self.list_key}).fetchone()
        due = POLL if row is None or row[0] is None else max(0.001, min(POLL, row[0]))
        if not self._heard:  # a notification that came with an answer is told to the handler alone
            select.select([self._link()], [], [], due)
        self._heard = False
        return self._take()

    def _hear(self, _: object) -> None:
        self._heard = True

    def _settle(self, sql: str, task_id: str) -> None:
        ticket, _, deliveries = str(task_id).partition(":")
        try:
            run(self._link(), sql, {"id": int(ticket), "deliveries": int(deliveries)})
        except psycopg.Error as error:  # the ticket comes back after its lease, which is harmless
            logger.warning("broker: %s", error, extra={"action": "broker_error"})
            self._drop_link()

    def _count(self, condition: str) -> int:
        sql = f"SELECT count(*) FROM jobs_ticket WHERE key = %(key)s AND {condition}"  # noqa: S608 - our own constants
        row = run(self._link(), sql, {"key": self.list_key}).fetchone()
        return int(row[0]) if row else 0

    def _link(self) -> Link:
        pid = os.getpid()
        link = self._links.get(pid)
        if link is None or link.closed:
            link = self._links[pid] = open_link("broker")
            link.add_notify_handler(self._hear)
            run(link, f"LISTEN {TICKET_CHANNEL}")
        return link

    def _drop_link(self) -> None:
        link = self._links.pop(os.getpid(), None)
        if link is not None:
            with contextlib.suppress(psycopg.Error):
                link.close()

    def __getstate__(self) -> tuple[Any, ...]:
        return (self.list_key, self._info)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.__init__(state[0])  # type: ignore[misc]
