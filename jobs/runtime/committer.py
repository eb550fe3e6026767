"""Commits finished steps, several lanes at once: whoever finds the connection free writes for all that wait.

Under load that makes one statement, one round trip and one flush of the log out of many; an idle lane writes alone and
waits for nobody.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from psycopg import errors as pg

from jobs.errors import SessionLost
from jobs.runtime import failpoints
from jobs.runtime.compose import Composition
from jobs.runtime.finished import Finished, Outcome, retry_delay
from jobs.runtime.fuse import routed
from jobs.runtime.joint import JointCommit
from jobs.runtime.store.commit import commit
from jobs.runtime.store.joblock import close_rest
from jobs.runtime.store.link import CONFLICTS, Link, is_broken
from jobs.states import StepStatus

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Waiter:
    finished: Finished
    woken: threading.Event  #: of the thread that waits, which may wait for several
    result: Outcome | BaseException | None = None
    later: bool = False  #: a row was held by somebody else; it goes to the end of the line


class Committer:
    """The commits of one session over one connection."""

    def __init__(self, link: Link, session: UUID, *, on_lost: Callable[[str], None]) -> None:
        self._link = link
        self._session = session
        self._on_lost = on_lost
        self._mutex = threading.Lock()
        self._waiting: list[_Waiter] = []
        self._leading = False
        self._nominated: threading.Event | None = None  #: of the thread that has to lead next
        self._lost = False

    def commit(self, finished: Finished) -> Outcome:
        """Blocks until the step is committed or refused; raises SessionLost when that can no longer be known."""
        outcome = self.commit_all([finished])[0]
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def commit_all(self, finished: Sequence[Finished]) -> list[Outcome | BaseException]:
        """The same for several at once; what would be raised stands in the place of the outcome."""
        woken = threading.Event()
        waiters = [_Waiter(f, woken) for f in finished]
        lead = self._line_up(waiters)
        while True:
            if lead:
                self._lead()
            results = [waiter.result for waiter in waiters]
            if None not in results:
                return cast("list[Outcome | BaseException]", results)
            woken.wait()
            woken.clear()
            lead = self._is_nominated(woken)

    def _line_up(self, waiters: Sequence[_Waiter]) -> bool:
        """True: nobody leads, so whoever asks has to."""
        with self._mutex:
            self._waiting += waiters
            lead, self._leading = not self._leading, True
            return lead

    def _is_nominated(self, woken: threading.Event) -> bool:
        with self._mutex:
            nominated = self._nominated is woken
            self._nominated = None if nominated else self._nominated
            return nominated

    def commit_on(self, link: Link, finished: Finished) -> Outcome:
        """Commit in a transaction that the caller holds open: the rows of an atomic routine land with it."""
        if finished.needs_lock:
            return JointCommit(link, self._session).write([finished])[0]
        return self._write_plain(link, [finished])[0]

    def _lead(self) -> None:
        with self._mutex:
            batch, self._waiting = self._waiting, []
        try:
            failpoints.hit("before_commit")
            self._flush(batch)
            failpoints.hit("after_commit")
        finally:
            self._hand_over(batch)

    def _hand_over(self, batch: Sequence[_Waiter]) -> None:
        again = [waiter for waiter in batch if waiter.later]
        for waiter in batch:
            if not waiter.later and waiter.result is None:
                waiter.result = SessionLost("the commit broke off")
            waiter.later = False
        with self._mutex:
            self._waiting += again
            self._nominated = self._waiting[0].woken if self._waiting else None
            self._leading = self._nominated is not None
            wake = {waiter.woken for waiter in batch} | ({self._nominated} if self._nominated else set())
        for woken in wake:
            woken.set()

    def _flush(self, batch: Sequence[_Waiter]) -> None:
        plain = [w for w in batch if not w.finished.needs_lock]
        jobs: dict[UUID, list[_Waiter]] = {}
        for w in batch:
            if w.finished.needs_lock:
                jobs.setdefault(w.finished.step.job_id, []).append(w)
        if plain:
            self._attempt(plain, lambda some: self._write_plain(self._link, some))
        for together in jobs.values():
            self._attempt(together, self._write_joint)

    def _attempt(self, waiters: Sequence[_Waiter], write: Callable[[list[Finished]], list[Outcome]]) -> None:
        """Write; step out of the way of a conflict; on an error that one step caused, write each alone."""
        try:
            outcomes = self._without_conflict(lambda: write([w.finished for w in waiters]))
        except CONFLICTS:
            for waiter in waiters:
                waiter.later = True
        except Exception as error:
            # The connection broke, or the database or the composition will not take these rows.
            if self._lost or is_broken(self._link):
                self._lose(waiters, error)
            elif len(waiters) > 1:
                for waiter in waiters:
                    self._attempt([waiter], write)
            else:
                self._refuse(waiters[0], error, write)
        else:
            for waiter, outcome in zip(waiters, outcomes, strict=True):
                waiter.result = outcome

    def _without_conflict(self, write: Callable[[], list[Outcome]]) -> list[Outcome]:
        if self._lost:
            raise SessionLost("the session's database connection broke")
        for _ in range(3):
            try:
                return write()
            except pg.LockNotAvailable:
                raise  # somebody holds a row for long; others of this session shall not wait for it
            except CONFLICTS:
                logger.info("commit conflict, trying again", extra={"action": "commit_conflict"})
        return write()

    def _refuse(self, waiter: _Waiter, error: Exception, write: Callable[[list[Finished]], list[Outcome]]) -> None:
        """The database will not take this step's rows: that is the step's failure, not the session's."""
        f = waiter.finished
        if f.fused:
            # Perhaps it was one of those that travel with it: they run again, each with a commit of its own.
            f.unfuse()
            self._attempt([waiter], write)
            return
        f.status, f.emissions, f.state, f.lines = StepStatus.FAILED, [], None, []
        f.summary = f"the result could not be stored: {error}"[:300]
        f.error = {"type": type(error).__name__, "message": str(error)[:2000], "traceback": ""}
        try:
            waiter.result = self._write_joint([f])[0]
        except Exception as again:
            self._lose([waiter], again)

    def _lose(self, waiters: Sequence[_Waiter], error: Exception) -> None:
        # Whether the commit happened is unknown. Guessing could run a committed step again or leave its follow-up
        # with nobody, so the session ends: what it still holds goes back and is claimed anew.
        self._lost = True
        self._on_lost(str(error))
        for waiter in waiters:
            waiter.result = SessionLost(str(error))

    def _write_plain(self, link: Link, finished: Sequence[Finished]) -> list[Outcome]:
        composition = Composition()
        for f in finished:
            router = f.routed or routed(f)
            composition.add([f], router, [StepStatus.READY] * len(router.steps), failing=False)
        written = commit(link, composition.batch, session=self._session)
        outcomes = [
            Outcome(f.step.id in written.fenced, composition.next_step(f, written), due_in=retry_delay(f))
            for f in finished
        ]
        outcomes[0].made_ready = composition.ready - sum(o.next is not None for o in outcomes)
        return outcomes

    def _write_joint(self, finished: list[Finished]) -> list[Outcome]:
        with self._link.transaction():
            outcomes = JointCommit(self._link, self._session).write(finished)
        if any(outcome.ended for outcome in outcomes):
            close_rest(self._link, finished[0].step.job_id)
        return outcomes
