"""A step that workers died of before runs with nothing beside it, so that at worst it takes only itself along."""

from __future__ import annotations

import time
from collections.abc import Container, Sized
from typing import Protocol
from uuid import UUID

from jobs.runtime.store import claim
from jobs.runtime.store.link import Link


class Running(Sized, Container[int], Protocol):
    """Ids of the steps under way."""


class Isolation:
    """While it is on, its session takes nothing but suspects, one at a time."""

    def __init__(self, link: Link, *, patience: float) -> None:
        self.on = False
        self._link = link
        self._patience = patience
        self._locked = False
        self._suspect: int | None = None
        self._until = 0.0

    def begin(self) -> None:
        """A session that has taken nothing yet begins with a suspect if one waits, unless another session is at it.

        Where sessions die one after the other, none might ever come to an empty crew later.
        """
        if claim.any_suspect(self._link):
            self._begin(locked=claim.begin_isolation(self._link), idle=False)

    def look(self, running: Running) -> None:
        """Begin if a suspect waits. An idle session can at once; of those that are busy, one at a time."""
        if not self.on and claim.any_suspect(self._link):
            self._begin(locked=bool(running) and claim.begin_isolation(self._link), idle=not running)

    def _begin(self, *, locked: bool, idle: bool) -> None:
        self._locked, self.on = locked, locked or idle
        self._until = time.monotonic() + self._patience

    def take(self, session: UUID, running: Running) -> claim.Step | None:
        """The next suspect, once nothing else runs. When that takes too long, another session may try."""
        if self._suspect in running or (running and time.monotonic() < self._until):
            return None
        step = None if running else claim.claim_suspect(self._link, session=session)
        self._suspect = step.id if step else None
        if step is None:
            self._end()
        return step

    def _end(self) -> None:
        self.on = False
        if self._locked:
            claim.end_isolation(self._link)
