"""Commits finished steps, several at once: one statement, one round trip and one flush of the log for all of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
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

Result = Outcome | BaseException | None
Write = Callable[[Sequence[Finished]], list[Outcome]]


class Committer:
    """Writes finished steps of one session over one connection, many in one go. One thread at a time."""

    def __init__(self, link: Link, session: UUID, *, on_lost: Callable[[str], None]) -> None:
        self._link = link
        self._session = session
        self._on_lost = on_lost
        self._lost = False

    def write(self, batch: Sequence[Finished]) -> list[Result]:
        """What became of each: its outcome, SessionLost when that can no longer be known, or None: try again later."""
        try:
            failpoints.hit("before_commit")
            results = self._write(batch)
            failpoints.hit("after_commit")
            return results
        except Exception as error:
            # A defect of the engine itself. The steps stay claimed; ending the session hands them back.
            logger.exception("commit failed", extra={"action": "lane_failed"})
            return self._lose(batch, error)

    def commit_on(self, link: Link, finished: Finished) -> Outcome:
        """Commit in a transaction that the caller holds open: the rows of an atomic routine land with it."""
        if finished.needs_lock:
            return JointCommit(link, self._session).write([finished])[0]
        return self._write_plain(link, [finished])[0]

    def _write(self, batch: Sequence[Finished]) -> list[Result]:
        """Steps that need no lock together, and those of each job that has to be locked."""
        groups: dict[UUID | None, list[Finished]] = {}
        for f in batch:
            groups.setdefault(f.step.job_id if f.needs_lock else None, []).append(f)
        written: dict[int, Result] = {}
        for job, together in groups.items():
            write = self._write_joint if job else partial(self._write_plain, self._link)
            written |= zip((f.step.id for f in together), self._attempt(together, write), strict=True)
        return [written[f.step.id] for f in batch]

    def _attempt(self, group: Sequence[Finished], write: Write) -> Sequence[Result]:
        """Write; step out of the way of a conflict; on an error that one step caused, write each alone."""
        try:
            return self._without_conflict(lambda: write(group))
        except CONFLICTS:
            return [None] * len(group)
        except Exception as error:
            # The connection broke, or the database or the composition will not take these rows.
            if self._lost or is_broken(self._link):
                return self._lose(group, error)
            if len(group) > 1:
                return [self._attempt([f], write)[0] for f in group]
            return [self._refuse(group[0], error, write)]

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

    def _refuse(self, f: Finished, error: Exception, write: Write) -> Result:
        """The database will not take this step's rows: that is the step's failure, not the session's."""
        if f.fused:
            # Perhaps it was one of those that travel with it: they run again, each with a commit of its own.
            f.unfuse()
            return self._attempt([f], write)[0]
        f.status, f.emissions, f.state, f.lines = StepStatus.FAILED, [], None, []
        f.summary = f"the result could not be stored: {error}"[:300]
        f.error = {"type": type(error).__name__, "message": str(error)[:2000], "traceback": ""}
        try:
            return self._write_joint([f])[0]
        except Exception as again:
            return self._lose([f], again)[0]

    def _lose(self, group: Sequence[Finished], error: Exception) -> list[Result]:
        # Whether the commit happened is unknown. Guessing could run a committed step again or leave its follow-up
        # with nobody, so the session ends: what it still holds goes back and is claimed anew.
        self._lost = True
        self._on_lost(str(error))
        return [SessionLost(str(error)) for _ in group]

    def _write_plain(self, link: Link, finished: Sequence[Finished]) -> list[Outcome]:
        composition = Composition()
        for f in finished:
            router = f.routed or routed(f)
            composition.add([f], router, [StepStatus.READY] * len(router.steps), failing=False)
        written = commit(link, composition.batch, session=self._session, announce=composition.announce)
        outcomes = [
            Outcome(f.step.id in written.fenced, composition.next_step(f, written), due_in=retry_delay(f))
            for f in finished
        ]
        outcomes[0].made_ready = composition.ready - sum(o.next is not None for o in outcomes)
        return outcomes

    def _write_joint(self, finished: Sequence[Finished]) -> list[Outcome]:
        with self._link.transaction():
            outcomes = JointCommit(self._link, self._session).write(finished)
        if any(outcome.ended for outcome in outcomes):
            close_rest(self._link, finished[0].step.job_id)
        return outcomes
