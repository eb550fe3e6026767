"""Commits attempts for all threads of a session, and tells the session, and whoever waits, what came of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from jobs.errors import SessionLost
from jobs.runtime.finished import Finished, Outcome
from jobs.runtime.store.claim import Step
from jobs.runtime.trays import Bell

if TYPE_CHECKING:
    from jobs.runtime.session import Session

logger = logging.getLogger(__name__)


class Clerk:
    def __init__(self, session: Session) -> None:
        self._session = session

    def hand_in(self, finished: Finished) -> Future[Outcome]:
        """To be committed, for somebody who does not stand still meanwhile."""
        promise: Future[Outcome] = Future()
        promise.set_running_or_notify_cancel()  # from here on the step is committed, whoever has lost interest
        finished.promise = promise
        self._session.trays.hand_in(finished)
        return promise

    def commit(self, finished: Finished) -> Outcome:
        """Blocks until it is committed or refused; raises SessionLost when that can no longer be known."""
        promise = self.hand_in(finished)
        if batch := self._session.trays.lead():
            self.write(batch)
        return promise.result()

    def write(self, batch: Sequence[Finished], *, by: Bell | None = None) -> None:
        """Commit what the trays gave, at once. What met a row that somebody else holds is written a little later."""
        follow: list[Step] = []
        try:
            for finished, outcome in zip(batch, self._session.committer.write(batch), strict=True):
                if outcome is None:
                    self._session.trays.hand_in(finished)
                elif step := self._settle(finished, outcome):
                    follow.append(step)
        finally:
            self._session.trays.settle(follow, by=by)
        if len(follow) < len(batch):
            self._session.has_room()

    def _settle(self, finished: Finished, outcome: Outcome | BaseException) -> Step | None:
        """Tell the session first: once the others know, the session may have nothing left to wait for.

        Returns the step that a lane goes on with, unless whoever waits for the outcome does.
        """
        try:
            if isinstance(outcome, BaseException):
                raise outcome
            self._session.committed(finished.step, outcome)
        except BaseException as error:  # noqa: BLE001 - whatever it is, who waits must hear of it
            self._fail(finished, error)
            return None
        if finished.promise is None:
            return outcome.next
        finished.promise.set_result(outcome)
        return None

    def _fail(self, finished: Finished, error: BaseException) -> None:
        if finished.promise is not None:
            finished.promise.set_exception(error)
        elif isinstance(error, SessionLost):
            logger.info("step dropped: its session was lost", extra={"action": "step_dropped"})
        else:
            # What followed stays claimed; ending the session hands it back.
            logger.error("commit failed", exc_info=error, extra={"action": "lane_failed"})
            self._session.lose("a commit failed; see the log")
