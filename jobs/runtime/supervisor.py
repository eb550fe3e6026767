"""Keeps a django-q2 cluster alive from outside, where nothing that can hang inside it can hang this.

django-q2 cannot mend a queue lock that died with its holder, an orphaned sentinel or a blocked guard. So it runs in a
process group of its own, progress is watched in the database, and on a stall the whole group is killed and started
anew; the fence and the rescue make that harmless.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any
from uuid import uuid4

import psycopg
from django.conf import settings

from jobs.runtime import process, wake
from jobs.runtime.ghosts import Ghosts
from jobs.runtime.store import rescue, watch
from jobs.runtime.store.link import Link, open_link
from jobs.webhooks import work as webhooks

logger = logging.getLogger(__name__)

TICK = 1.0
#: Seconds that a new cluster gets for its first session, beside the patience for a stall. Doubled after each cluster
#: that had none: on a starved machine a start may take longer, and killing it again and again would starve it more.
FIRST_SESSION, FIRST_SESSION_AT_MOST = 5.0, 120.0


class Supervisor:
    def __init__(self, *, ensure_database: Callable[[], None]) -> None:
        """`ensure_database` brings up a database that is ours to start; it raises psycopg.Error when it cannot."""
        self._ensure_database = ensure_database
        self.id = uuid4().hex
        self._options: dict[str, Any] = settings.ROUTILUX
        self._child: subprocess.Popen[bytes] | None = None
        self._leash: int | None = None
        self._link: Link | None = None
        self._stop = False
        self._at_work: list[int] = []  #: processes that had a session at the last look
        self._restarts = 0
        self._stalled_since: float | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._pause = 0.0
        self._reason = "start"
        self._first_session = FIRST_SESSION
        self._ghosts = Ghosts(patience=self._options["LEASE"])

    def run(self) -> int:
        """Until SIGTERM or SIGINT; returns the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
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
        if self._child is not None or time.monotonic() < self._start_at:
            return
        try:
            self._register(self._database())
        except psycopg.Error as error:
            self._drop_database()
            logger.warning("database: %s", error, extra={"action": "database_down"})
            return
        self._start_cluster()

    def _register(self, link: Link) -> None:
        row = {"id": self.id, "host": socket.gethostname(), "pid": os.getpid(), "restarts": self._restarts}
        watch.register(link, **row, workers=self._options["WORKERS"], reason=self._reason)

    def _watch(self) -> None:
        """Wait a tick, then look, and end the cluster when it has to be started anew."""
        self._nap()
        if self._stop or self._child is None:
            return
        reason = self._child_exited() or self._look_at_database()
        if reason:
            self._first_session = min(FIRST_SESSION_AT_MOST, self._first_session * 2)
            logger.warning("cluster restarts: %s", reason, extra={"action": "cluster_restart"})
            self._restarts += 1
            status = self._child.returncode  # None: it still lives; below zero: a signal
            self._kill_cluster()
            self._look_at_database()  # others take over what it left, without a wait for the next tick
            self._back_off(reason, killed=status is not None and status < 0)

    def _back_off(self, reason: str, *, killed: bool) -> None:
        """A cluster that falls over as soon as it starts is started less and less often; one that was killed is not to
        blame."""
        self._reason = reason[:200]
        short_lived = not killed and time.monotonic() - self._started_at < 10
        self._pause = min(30.0, max(0.5, self._pause * 2)) if short_lived else 0.0
        self._start_at = time.monotonic() + self._pause

    def _nap(self) -> None:
        """Until the next tick, or until the cluster or a process with a session ends: then steps wait to be rescued."""
        deadline = time.monotonic() + TICK
        while time.monotonic() < deadline and all(map(_is_alive, self._at_work)):
            if self._stop or self._child_exited():
                break
            time.sleep(0.1)
        self._at_work = list(filter(_is_alive, self._at_work))

    def _child_exited(self) -> str:
        if self._child is None or self._child.poll() is None:
            return ""
        return f"the cluster's main process ended with status {self._child.returncode}"

    def _look_at_database(self) -> str:
        try:
            return self._look(self._database())
        except psycopg.Error as error:
            self._drop_database()
            logger.warning("database: %s", error, extra={"action": "database_down"})
            return ""

    def _look(self, link: Link) -> str:
        """Beat, rescue what dead processes of this cluster left, ring for due work, and judge whether it is stuck."""
        watch.beat(link, self.id)
        sessions = watch.sessions_of(link, self.id)
        gone = [row.id for row in sessions if not _is_alive(row.pid)]
        self._at_work = [row.pid for row in sessions if row.id not in gone]
        rescue.rescue(link, lease=self._options["LEASE"], gone=gone)
        watch.awaken_retries(link)
        watch.end_overdue_jobs(link)
        waiting = watch.oldest_ready_seconds(link)
        due = watch.seconds_to_next_due(link)
        if waiting is not None or (due is not None and due <= 0) or watch.movable(link, limit=1):
            wake.ring(link, more=waiting is not None and waiting > 1)
        webhooks.call(link)
        return self._stall(link, waiting)

    def _stall(self, link: Link, waiting: float | None) -> str:
        """Runnable work exists, and a wake-up that was sent for it started no session, for longer than a start takes.

        A mere lack of progress says nothing: a long step is healthy, and another host may have taken the work.
        """
        patience = max(self._options["STALL"], 2 * TICK)
        alive = watch.sessions_of(link, self.id)
        if alive:
            self._first_session = FIRST_SESSION
        if self._child is not None:
            self._ghosts.lay(link, alive, group=self._child.pid)
        stuck = waiting is not None and not alive and watch.has_unserved_ticket(link, self.id, patience=patience / 2)
        if not stuck:
            self._stalled_since = None
            return ""
        self._stalled_since = self._stalled_since or time.monotonic()
        young = time.monotonic() - self._started_at < patience + self._first_session
        if young or time.monotonic() - self._stalled_since < patience:
            return ""
        return f"work has been runnable for {waiting:.0f} s and no session of this cluster lives"

    def _start_cluster(self) -> None:
        read_end, self._leash = os.pipe()
        environment = {**os.environ, process.CLUSTER: self.id, process.LEASH: str(read_end)}
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "qcluster"]
        self._child = subprocess.Popen(
            command, env=environment, pass_fds=(read_end,), start_new_session=True, stdin=subprocess.DEVNULL
        )
        os.close(read_end)
        self._started_at = time.monotonic()
        self._stalled_since = None

    def _shut_down(self) -> None:
        """Sessions see the leash go and hand back what they hold; then django-q2's main process is told to stop.

        Only its main process: a SIGTERM to the whole group makes it hang.
        """
        if self._child is not None and self._child.poll() is None:
            self._let_go()
            self._child.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(timeout=self._options["GRACE"] + 5)
        self._kill_cluster()
        if self._link is not None:
            with contextlib.suppress(psycopg.Error):
                watch.unregister(self._link, self.id)

    def _let_go(self) -> None:
        if self._leash is not None:
            os.close(self._leash)
            self._leash = None

    def _kill_cluster(self) -> None:
        self._let_go()
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
            self._wait_for_the_end()
            self._child = None

    def _wait_for_the_end(self) -> None:
        """A killed process is there for a moment; until it is gone its steps are taken for running."""
        deadline = time.monotonic() + 1.0
        while any(map(_is_alive, self._at_work)) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _database(self) -> Link:
        if self._link is None or self._link.closed:
            self._ensure_database()
            self._link = open_link("supervisor")
        return self._link

    def _drop_database(self) -> None:
        if self._link is not None:
            with contextlib.suppress(psycopg.Error):
                self._link.close()
        self._link = None


def _is_alive(pid: int) -> bool:
    """Of a process of our own cluster. One that ended but was not reaped yet counts as dead."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:  # noqa: PTH123 - a kernel file
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False if sys.platform == "linux" else _answers(pid)


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
