"""One django-q2 cluster, as its supervisor sees it: in a session of its own, on a leash, with a roll of its processes.

It is forked from the supervisor, which has loaded what a cluster needs: it is at work within a moment, where a new
interpreter takes a second, and several on a busy machine.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from multiprocessing import get_context

from django.core.management import call_command
from django.db import connections
from django_q.management.commands import qcluster

import jobs.admission.nesting
import jobs.runtime.session  # noqa: F401 - both are loaded before the fork, so that no worker has to
from jobs.runtime import process
from jobs.runtime.roll import Roll


class Cluster:
    def __init__(self, name: str) -> None:
        """Starts it. No connection to the database may be open: parent and child would share it."""
        connections.close_all()
        self._name = name
        self._stop_end, leash = os.pipe()
        self._leash: int | None = leash
        self._roll = Roll()
        self._main = get_context("fork").Process(target=self._run, name="cluster")
        self._main.start()
        self.group: int = self._main.pid  # type: ignore[assignment] # it was started
        os.close(self._stop_end)
        self._roll.begin()
        self.started_at = time.monotonic()

    def _run(self) -> None:
        """In the child, whose end is that of django-q2's main process."""
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        self._let_go()
        self._roll.close()
        process.join(self._name, leash=self._stop_end, pen=self._roll.pen)
        call_command(qcluster.Command())

    @property
    def status(self) -> int | None:
        """Of its main process; None while that lives, below zero if it was killed by a signal."""
        return self._main.exitcode

    def missing(self) -> set[int]:
        """Processes of it that were killed since the last call."""
        return self._roll.missing()

    def stop(self, *, grace: float) -> None:
        """Sessions see the leash go and hand back what they hold; then django-q2's main process is told to stop.

        Only its main process: a SIGTERM to the whole group makes it hang.
        """
        if self.status is None:
            self._let_go()
            self._main.terminate()
            self._main.join(grace)

    def kill(self) -> None:
        """All that is left of it. Until a killed process is gone, its steps would be taken for running."""
        self._let_go()
        self._main.kill()  # it may not have a group of its own yet
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)
        self._main.join()
        self._wait_for_the_end()
        self._roll.close()

    def _wait_for_the_end(self) -> None:
        deadline = time.monotonic() + 1.0
        while self._roll.present and time.monotonic() < deadline:
            time.sleep(0.02)
        with contextlib.suppress(ChildProcessError):  # as the first process of a container it has inherited them
            while os.waitpid(-self.group, os.WNOHANG)[0]:
                pass

    def _let_go(self) -> None:
        if self._leash is not None:
            os.close(self._leash)
            self._leash = None
