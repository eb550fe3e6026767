"""Keeps a django-q2 cluster alive from outside, where nothing that can hang inside it can hang this.

django-q2 cannot mend a queue lock that died with its holder, an orphaned sentinel or a blocked guard. So it runs in a
process group of its own, its processes are watched by their roll and its progress in the database, and when one was
killed with a lock, or on a stall, the whole group is killed and started anew; the fence and the rescue make that
harmless.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import Any
from uuid import uuid4

import psycopg
from django.conf import settings

from jobs.runtime import codeversion, wake
from jobs.runtime.cluster import Cluster
from jobs.runtime.ghosts import Ghosts
from jobs.runtime.orphans import Orphans
from jobs.runtime.roll import is_alive
from jobs.runtime.store import rescue, watch
from jobs.runtime.store.link import Link, open_link
from jobs.webhooks import work as webhooks

logger = logging.getLogger(__name__)

#: Seconds from one look to the next, while nothing waits and while something does.
TICK, SOON = 1.0, 0.4
#: Seconds after which a step has waited for so long that another session is wanted.
LONG = 0.3
#: How often the processes of the cluster are looked at meanwhile.
LOOK = 0.05
#: Seconds that a new cluster gets for its first session, beside the patience for a stall. Doubled after each stall
#: until a session lives: on a starved machine a start may take longer, and killing it again would starve it more.
FIRST_SESSION, FIRST_SESSION_AT_MOST = 5.0, 120.0
#: A cluster that ends younger than that is started less and less often: the first pause and the longest, in seconds.
YOUNG = 10.0
PAUSES = {"killed": (0.05, 0.5), "fell over": (0.5, 30.0)}


class Supervisor:
    def __init__(self, *, ensure_database: Callable[[], None]) -> None:
        """`ensure_database` brings up a database that is ours to start; it raises psycopg.Error when it cannot."""
        self._ensure_database = ensure_database
        self.id = uuid4().hex
        self._options: dict[str, Any] = settings.ROUTILUX
        self._cluster: Cluster | None = None
        self._link: Link | None = None
        self._stop = False
        self._missing: set[int] = set()  #: processes that were killed since the last look
        self._accounted: set[int] = set()  #: of these it is known what they held: a session, which was ended
        self._maimed = False  #: one was killed without: a lock of the queue may have died with it
        self._restarts = 0
        self._work_waits = False
        self._stalled_since: float | None = None
        self._start_at = 0.0
        self._pause = 0.0
        self._reason = "start"
        self._first_session = FIRST_SESSION
        self._ghosts = Ghosts(patience=self._options["LEASE"])
        self._orphans = Orphans(grace=self._options["GRACE"])

    def run(self) -> int:
        """Until SIGTERM or SIGINT; returns the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        codeversion.running()  # read with the code itself: what is deployed later, no cluster of this supervisor runs
        try:
            while not self._stop:
                self._start_if_down()
                self._watch()
        finally:
            self._shut_down()
        return 0

    def _told_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop = True

    def _start_if_down(self) -> None:
        """Bring up whatever is down: the embedded Postgres, the connection, the cluster."""
        if self._cluster is not None or time.monotonic() < self._start_at:
            return
        try:
            self._register(self._database())
        except psycopg.Error as error:
            self._lose_database()
            logger.warning("database: %s", error, extra={"action": "database_down"})
            return
        self._start_cluster()

    def _start_cluster(self) -> None:
        self._drop_database()  # a fork must not share it
        self._cluster = Cluster(self.id)
        self._missing, self._accounted, self._maimed, self._stalled_since = set(), set(), False, None

    def _register(self, link: Link) -> None:
        row = {"id": self.id, "host": socket.gethostname(), "pid": os.getpid(), "restarts": self._restarts}
        watch.register(link, **row, workers=self._options["WORKERS"], reason=self._reason)
        watch.return_tasks(link, self.id)

    def _watch(self) -> None:
        """Wait a tick, then look, and end the cluster when it has to be started anew."""
        self._nap()
        if self._stop or self._cluster is None:
            return
        reason = self._exited() or self._look_at_database()
        if reason:
            self._end_cluster(self._cluster, reason)

    def _end_cluster(self, cluster: Cluster, reason: str) -> None:
        logger.warning("cluster restarts: %s", reason, extra={"action": "cluster_restart"})
        status = cluster.status or 0  # above zero: it gave up by itself, and took those that are missing along
        was_killed = status < 0 or (status == 0 and bool(self._maimed or self._missing))
        cluster.kill()
        self._cluster = None
        self._restarts += 1
        self._look_at_database()  # others take over what it left, without a wait for the next tick
        self._back_off(reason, was_killed=was_killed, age=time.monotonic() - cluster.started_at)

    def _back_off(self, reason: str, *, was_killed: bool, age: float) -> None:
        """A cluster that falls over as soon as it starts is started less and less often. One that was killed is not to
        blame; but whoever killed it may do so again and again, and leave time for nothing else."""
        self._reason = reason[:200]
        first, longest = PAUSES["killed" if was_killed else "fell over"]
        self._pause = min(longest, max(first, self._pause * 2)) if age < YOUNG else 0.0
        self._start_at = time.monotonic() + self._pause

    def _nap(self) -> None:
        """Until the next tick, or the next start, or until a process of the cluster is killed: then steps wait to be
        rescued."""
        now = time.monotonic()
        deadline = now + (SOON if self._work_waits else TICK)
        if self._start_at > now:
            deadline = min(deadline, self._start_at)
        while time.monotonic() < deadline and not self._stop:
            missing = self._cluster.missing() if self._cluster is not None else set()
            self._missing |= missing
            if missing or self._exited():
                break
            time.sleep(LOOK)

    def _exited(self) -> str:
        if self._cluster is None or self._cluster.status is None:
            return ""
        return f"the cluster's main process ended with status {self._cluster.status}"

    def _look_at_database(self) -> str:
        try:
            return self._look(self._database())
        except psycopg.Error as error:
            self._lose_database()
            logger.warning("database: %s", error, extra={"action": "database_down"})
            return ""

    def _look(self, link: Link) -> str:
        """Beat, rescue what dead processes of this cluster left, ring for due work, and judge whether it is stuck."""
        watch.beat(link, self.id)
        sessions = watch.sessions_of(link, self.id)
        gone = [row for row in sessions if not is_alive(row.pid)]
        self._accounted |= {row.pid for row in gone}  # first: they may be missed later than their session
        rescue.rescue(link, lease=self._options["LEASE"], gone=[row.id for row in gone])
        self._maimed |= bool(self._missing - self._accounted)
        self._accounted -= self._missing  # another may get its number
        self._missing.clear()
        watch.awaken_retries(link)
        watch.end_overdue_jobs(link)
        waiting = watch.oldest_ready_seconds(link)
        self._work_waits = waiting is not None
        due = watch.seconds_to_next_due(link)
        if waiting is not None or (due is not None and due <= 0) or watch.movable(link, limit=1):
            wake.ring(link, more=waiting is not None and waiting > LONG)
        webhooks.call(link)
        self._orphans.adopt(link)
        return self._judge(link, waiting)

    def _judge(self, link: Link, waiting: float | None) -> str:
        """Why the cluster must be started anew, if it must. Whatever is amiss, nothing is while a session works."""
        alive = watch.sessions_of(link, self.id)
        if self._cluster is not None:
            self._accounted |= self._ghosts.lay(link, alive, group=self._cluster.group)
        if alive:
            self._first_session, self._stalled_since = FIRST_SESSION, None
            return ""
        if self._maimed:
            return "a process without a session was killed, and may have held a lock of the queue"
        return self._stall(link, waiting)

    def _stall(self, link: Link, waiting: float | None) -> str:
        """Runnable work exists, and a wake-up that was sent for it started no session, for longer than a start takes.

        A mere lack of progress says nothing: a long step is healthy, and another host may have taken the work.
        """
        patience = max(self._options["STALL"], 2 * TICK)
        if waiting is None or not watch.has_unserved_ticket(link, self.id, patience=patience / 2):
            self._stalled_since = None
            return ""
        now = time.monotonic()
        self._stalled_since = self._stalled_since or now
        ripe = self._cluster is not None and now - self._cluster.started_at >= patience + self._first_session
        if not ripe or now - self._stalled_since < patience:
            return ""
        self._first_session = min(FIRST_SESSION_AT_MOST, self._first_session * 2)
        return f"work has been runnable for {waiting:.0f} s and no session of this cluster lives"

    def _shut_down(self) -> None:
        if self._cluster is not None:
            self._cluster.stop(grace=self._options["GRACE"] + 5)
            self._cluster.kill()
        if self._link is not None:
            with contextlib.suppress(psycopg.Error):
                watch.return_tasks(self._link, self.id)
                watch.unregister(self._link, self.id)

    def _database(self) -> Link:
        if self._link is None or self._link.closed:
            self._ensure_database()
            self._link = open_link("supervisor")
        return self._link

    def _lose_database(self) -> None:
        self._drop_database()
        self._orphans.wait()
        self._work_waits = False

    def _drop_database(self) -> None:
        if self._link is not None:
            with contextlib.suppress(psycopg.Error):
                self._link.close()
        self._link = None
