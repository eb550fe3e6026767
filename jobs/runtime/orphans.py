"""Ordinary django-q2 tasks of a cluster whose supervisor was killed with it: another one has them delivered again."""

from __future__ import annotations

import time

from jobs.runtime.store import watch
from jobs.runtime.store.link import Link

#: Whose supervisor was silent for so long, in seconds, is no more; one that stops is silent for its grace besides.
SILENCE = 60.0


class Orphans:
    def __init__(self, *, grace: float) -> None:
        self._silence = SILENCE + grace
        self._due = 0.0
        self.wait()

    def wait(self) -> None:
        """After an outage of the database all have been silent, and get time to be heard again."""
        self._due = time.monotonic() + self._silence

    def adopt(self, link: Link) -> None:
        if time.monotonic() >= self._due:
            watch.return_orphaned_tasks(link, silence=self._silence)
            self.wait()
