"""Commits attempts for all threads of a session, and tells the session, and whoever waits, what came of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from jobs.errors import SessionLost
from jobs.runtime.committer import Committer
from jobs.runtime.finished import Finished, Outcome
from jobs.runtime.store.claim import Step
from jobs.runtime.trays import Trays

logger = logging.getLogger(__name__)


class Clerk:
    def __init__(
        self,
        trays: Trays,
        committer: Committer,
        *,
        tell: Callable[[Step, Outcome], None],
        has_room: Callable[[], None],
    ) -> None:
        """`tell` hears of each outcome before anybody else: once they know, nothing may be left to wait for."""
        self._trays = trays
        self._committer = committer
        self._tell = tell
        self._has_room = has_room

    def hand_in(self, finished: Finished) -> Future[Outcome]:
        """To be committed, for somebody who does not stand still meanwhile."""
        finished.promise = Future()
        self._trays.hand_in(finished)
        return finished.promise

    def commit(self, finished: Finished) -> Outcome:
        """Blocks until it is committed or refused; raises SessionLost when that can no longer be known."""
        promise = self.hand_in(finished)
        if batch := self._trays.lead():
            self.write(batch)
        return promise.result()

    def write(self, batch: Sequence[Finished]) -> None:
        """Commit what the trays gave, at once. What met a row that somebody else holds is written a little later."""
        follow: list[Step] = []
        try:
            for finished, outcome in zip(batch, self._committer.write(batch), strict=True):
                if outcome is None:
                    self._trays.hand_in(finished)
                else:
                    follow += self._settled(finished, outcome)
        finally:
            self._trays.settle(follow)
        if len(follow) < len(batch):
            self._has_room()

    def _settled(self, finished: Finished, outcome: Outcome | BaseException) -> Sequence[Step]:
        """The step that a lane goes on with, unless whoever waits for the outcome does."""
        if isinstance(outcome, BaseException):
            self._failed(finished, outcome)
            return ()
        self._tell(finished.step, outcome)
        if finished.promise is not None:
            finished.promise.set_result(outcome)
            return ()
        return () if outcome.next is None else (outcome.next,)

    def _failed(self, finished: Finished, error: BaseException) -> None:
        if finished.promise is not None:
            finished.promise.set_exception(error)
        elif isinstance(error, SessionLost):
            logger.info("step dropped: its session was lost", extra={"action": "step_dropped"})
        else:
            logger.error("commit failed", exc_info=error, extra={"action": "lane_failed"})
