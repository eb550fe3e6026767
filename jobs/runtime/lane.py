"""One thread of a session: it claims an activation and follows its job from step to step."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING

from django.db import connections, transaction

from jobs.errors import SessionLost
from jobs.runtime import failpoints
from jobs.runtime.execute import execute, release_state
from jobs.runtime.finished import Finished, Outcome
from jobs.runtime.fuse import fuse
from jobs.runtime.judge import judge
from jobs.runtime.leash import Leash
from jobs.runtime.store.claim import Step
from jobs.runtime.store.link import DATABASE_ERRORS, Link, bound_idleness, django_link, is_broken, is_conflict
from jobs.states import StepStatus

if TYPE_CHECKING:
    from jobs.runtime.session import Session

logger = logging.getLogger(__name__)

#: After so many steps of one job in a row a lane lets others have their turn.
FOLLOW_AT_MOST = 200
#: With these the rows of an atomic routine are kept; with any other they are rolled back.
KEPT = frozenset({StepStatus.COMPLETED, StepStatus.PARKED, StepStatus.BLOCKED})


class _FailedInsideError(Exception):
    """Rolls back the transaction of an atomic routine that failed."""

    def __init__(self, finished: Finished) -> None:
        self.finished = finished


class _NotOwnedError(Exception):
    """Rolls back the rows of an atomic routine whose step somebody else owns."""


class Lane(threading.Thread):
    def __init__(self, session: Session, number: int) -> None:
        super().__init__(name=f"lane-{number}", daemon=True)
        self._session = session
        self.inbox: queue.SimpleQueue[Step | None] = queue.SimpleQueue()
        self.leash = Leash()
        self.step: Step | None = None
        self.abandoned = False

    def run(self) -> None:
        self.leash.thread = threading.get_ident()
        try:
            while (step := self.inbox.get()) is not None:
                self._follow(step)
                self._session.lane_is_free(self)
        finally:
            connections.close_all()

    def _follow(self, step: Step) -> None:
        """Run a step, commit it, and go on with what it started, without touching the queue."""
        current: Step | None = step
        followed = 0
        try:
            while current is not None:
                self.step = current
                followed += 1
                follow = followed < FOLLOW_AT_MOST and self._session.follows
                outcome = self._carry_and_release(current, follow=follow)
                if outcome is None:
                    return
                self._session.committed(current, outcome)
                current = outcome.next
        except SessionLost:
            logger.info("step dropped: its session was lost", extra={"action": "step_dropped"})
        except Exception:
            # A defect of the engine itself. The step stays claimed; ending the session hands it back.
            logger.exception("lane failed", extra={"action": "lane_failed"})
            self._session.lose("a lane failed; see the log")
        finally:
            self.step = None

    def _carry_and_release(self, step: Step, *, follow: bool) -> Outcome | None:
        """None: it was left to the clerk, who tells the session what came of it."""
        try:
            return self._carry(step, follow=follow)
        finally:
            if step.locked_state:
                release_state()

    def _carry(self, step: Step, *, follow: bool) -> Outcome | None:
        program = self._session.programs.get(step.revision_id)
        node = program.spec.nodes[step.node]
        _tidy_connection()
        if node.atomic:
            return self._carry_atomic(step, follow=follow)
        finished = execute(step, program, self.leash)
        finished.follow = follow
        if finished.handed_on:
            self._session.give_way()
        apart = None
        if follow and step.node in program.fusible and finished.plain and not step.watched:
            apart = fuse(finished, lambda caused: execute(caused, program, self.leash))
        if apart is None and self._may_leave(finished):
            self._session.clerk.leave(finished)
            return None
        outcome = self._session.committer.commit(finished)
        if apart is None or outcome.next is None:
            return outcome
        self._session.committed(step, outcome)
        apart.step, apart.follow = outcome.next, follow
        return self._session.committer.commit(apart)

    def _may_leave(self, finished: Finished) -> bool:
        """Without waiting for the commit: nothing would follow it here, and there is more to do."""
        done = finished.status == StepStatus.COMPLETED and not finished.step.locked_state
        return done and self._session.hurries and not finished.may_be_followed

    def _carry_atomic(self, step: Step, *, follow: bool) -> Outcome:
        """Run inside the transaction that commits the step: the routine's rows land with it or not at all."""
        program = self._session.programs.get(step.revision_id)
        finished, link = Finished(step, program), None
        try:
            with transaction.atomic(durable=True):
                link = django_link()
                finished = execute(step, program, self.leash)
                finished.follow = follow
                if finished.status not in KEPT:
                    raise _FailedInsideError(finished)
                failpoints.hit("before_commit")
                bound_idleness(link)
                outcome = self._session.committer.commit_on(link, finished)
                failpoints.hit("in_commit")
                if not outcome.owned:
                    raise _NotOwnedError
                if finished.status not in KEPT:  # a slot was full, or somebody else changed the node's state first
                    raise _FailedInsideError(finished)
            failpoints.hit("after_commit")
            return outcome
        except _NotOwnedError:
            return Outcome()
        except _FailedInsideError as failure:
            return self._session.committer.commit(failure.finished)
        except DATABASE_ERRORS as error:
            return self._after_error(finished, error, link)

    def _after_error(self, finished: Finished, error: Exception, link: Link | None) -> Outcome:
        """The transaction of an atomic routine did not commit, or that cannot be known."""
        if is_conflict(error):
            finished.run_again()
        elif link is None or is_broken(link):  # that very one: Django has opened another since
            # See Committer._lose.
            self._session.lose(str(error))
            raise SessionLost(str(error)) from error
        else:  # the routine's own rows broke a constraint that is checked at commit
            judge(finished, error)
        return self._session.committer.commit(finished)


def _tidy_connection() -> None:
    """What a routine before did to Django's connection of this thread must not reach the next one."""
    connection = connections["default"]
    if connection.connection is None:
        return
    if connection.in_atomic_block or not connection.get_autocommit():
        connection.close()
    connection.errors_occurred = True  # so that it is asked whether it still answers
    connection.close_if_unusable_or_obsolete()
