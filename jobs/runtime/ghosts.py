"""Processes that outlive their session: declared dead, yet still there, frozen or in a call that never returns.

Such a process keeps its place among the sessions of its cluster, and nothing inside it can end it. One that merely was
slow says so when it comes back, and is left alone.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from jobs.runtime.store import watch
from jobs.runtime.store.link import Link
from jobs.runtime.store.watch import SessionRow

logger = logging.getLogger(__name__)


class Ghosts:
    def __init__(self, *, patience: float) -> None:
        self._patience = patience
        self._live: dict[UUID, int] = {}
        self._gone: dict[UUID, tuple[int, float]] = {}

    def lay(self, link: Link, live: Sequence[SessionRow], *, group: int) -> set[int]:
        """End processes of the cluster `group` whose session was declared dead `patience` seconds ago; returns them."""
        now, laid = time.monotonic(), set[int]()
        known, self._live = self._live, {row.id: row.pid for row in live}
        self._gone |= {session: (pid, now) for session, pid in known.items() if session not in self._live}
        for session, (pid, since) in list(self._gone.items()):
            if not watch.was_declared_dead(link, session):
                del self._gone[session]
            elif now - since >= self._patience:
                del self._gone[session]
                laid |= _end(pid, group)
        return laid


def _end(pid: int, group: int) -> set[int]:
    """Who was killed: nobody, where somebody else has got the number."""
    with suppress(ProcessLookupError, PermissionError):
        if os.getsid(pid) == group:
            logger.warning("process %s does not come back and is killed", pid, extra={"action": "ghost_killed"})
            os.kill(pid, signal.SIGKILL)
            return {pid}
    return set()
