"""Commits for those who do not wait: whatever was handed in meanwhile is written in one go.

A coroutine that waits for its commit leaves the event loop to others. A lane whose step nothing follows begins the next
one at once, as long as there is more to do than there are lanes.
"""

from __future__ import annotations

import logging
import queue
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from django.db import connections

from jobs.errors import SessionLost
from jobs.runtime.finished import Finished, Outcome
from jobs.runtime.store.claim import Step

if TYPE_CHECKING:
    from jobs.runtime.session import Session

logger = logging.getLogger(__name__)
_Entry = tuple[Finished, "Future[Outcome]"]


class Clerk:
    """One thread of a session, which begins with the first step that is handed in."""

    def __init__(self, session: Session) -> None:
        self.left: dict[int, Step] = {}  #: steps that their lane has left here
        self._session = session
        self._inbox: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._mutex = threading.Lock()
        self._thread: threading.Thread | None = None

    def hand_in(self, finished: Finished) -> Future[Outcome]:
        """To be committed; the session hears of the outcome before the future does."""
        self._begin()
        promise: Future[Outcome] = Future()
        self._inbox.put((finished, promise))
        return promise

    def leave(self, finished: Finished) -> None:
        """To be committed; nobody waits for it but the session as a whole."""
        finished.follow = False
        self.left[finished.step.id] = finished.step
        self.hand_in(finished).add_done_callback(lambda promise: self._look_after(finished.step, promise))

    def stop(self) -> None:
        """What was handed in before this is still committed."""
        if self._thread is not None:
            self._inbox.put(None)

    def _begin(self) -> None:
        with self._mutex:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="clerk", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        try:
            while entries := self._handed_in():
                self._commit(entries)
        finally:
            connections.close_all()

    def _handed_in(self) -> list[_Entry]:
        """Waits for one; none when there will be no more."""
        met = [self._inbox.get()]
        while not self._inbox.empty():
            met.append(self._inbox.get())
        entries = [entry for entry in met if entry is not None]
        if entries and None in met:
            self._inbox.put(None)  # to be met again, by itself
        return entries

    def _commit(self, entries: list[_Entry]) -> None:
        wanted = [entry for entry in entries if entry[1].set_running_or_notify_cancel()]
        outcomes = self._session.committer.commit_all([finished for finished, _ in wanted]) if wanted else []
        for entry, outcome in zip(wanted, outcomes, strict=True):
            self._settle(*entry, outcome)

    def _settle(self, finished: Finished, promise: Future[Outcome], outcome: Outcome | BaseException) -> None:
        """Tell the session first: once the others know, the session may have nothing left to wait for."""
        try:
            if isinstance(outcome, BaseException):
                raise outcome
            self._session.committed(finished.step, outcome)
        except BaseException as error:  # noqa: BLE001 - whatever it is, who waits must hear of it
            promise.set_exception(error)
        else:
            promise.set_result(outcome)

    def _look_after(self, step: Step, promise: Future[Outcome]) -> None:
        error = promise.exception()
        if isinstance(error, SessionLost):
            logger.info("step dropped: its session was lost", extra={"action": "step_dropped"})
        elif error is not None:
            logger.error("clerk failed", exc_info=error, extra={"action": "lane_failed"})
            self._session.lose("a commit failed; see the log")
        self.left.pop(step.id, None)
        self._session.loop_has_room()
