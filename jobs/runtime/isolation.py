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


#: One session at a time empties its lanes for a suspect; one that has taken nothing yet may be at it beside that one.
BUSY, FRESH = 1, 2


class Isolation:
    """While it is on, its session takes nothing but suspects, one at a time."""

    def __init__(self, link: Link, *, session: UUID, lease: float) -> None:
        self.on = False
        self._link = link
        self._session = session
        self._lease = lease
        self._has_place = False
        self._suspect: int | None = None
        self._until = 0.0

    def begin(self) -> None:
        """A session that has taken nothing yet begins with a suspect if one waits, unless enough others are at it.

        Where sessions die one after the other, none might ever come to an empty crew later.
        """
        if claim.any_suspect(self._link):
            self._begin(places=FRESH, idle=False)

    def look(self, running: Running) -> None:
        """Begin if a suspect waits. An idle session can at once; of those that are busy, one at a time."""
        if not self.on and claim.any_suspect(self._link):
            self._begin(places=BUSY if running else 0, idle=not running)

    def _begin(self, *, places: int, idle: bool) -> None:
        self._has_place = places > 0 and claim.begin_isolation(
            self._link, session=self._session, places=places, silence=self._lease / 2
        )
        self.on = idle or self._has_place
        self._until = time.monotonic() + self._lease

    def take(self, running: Running) -> claim.Step | None:
        """The next suspect, once nothing else runs. When that takes too long, another session may try."""
        if self._suspect in running or (running and time.monotonic() < self._until):
            return None
        step = None if running else claim.claim_suspect(self._link, session=self._session)
        self._suspect = step.id if step else None
        if step is None:
            self._end()
        return step

    def _end(self) -> None:
        self.on = False
        if self._has_place:
            claim.end_isolation(self._link, session=self._session)
            self._has_place = False
