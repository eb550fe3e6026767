"""One thread of a session: it runs steps, and commits what it and others have run."""

from __future__ import annotations

import logging
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

from django.db import connections, transaction

from jobs.errors import SessionLost
from jobs.runtime import failpoints
from jobs.runtime.execute import execute, release_state
from jobs.runtime.finished import Finished
from jobs.runtime.fuse import fuse
from jobs.runtime.judge import judge
from jobs.runtime.leash import Leash
from jobs.runtime.store.claim import Step
from jobs.runtime.store.link import DATABASE_ERRORS, Link, bound_idleness, django_link, is_broken, is_conflict
from jobs.runtime.trays import Bell
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
        self.bell: Bell = SimpleQueue()
        self.leash = Leash()
        self.step: Step | None = None

    def run(self) -> None:
        self.leash.thread = threading.get_ident()
        try:
            while (task := self._session.trays.next(self.bell)) is not None:
                if isinstance(task, Step):
                    self._begin(task)
                else:
                    self._session.clerk.write(task, by=self.bell)
        finally:
            connections.close_all()

    def _begin(self, step: Step) -> None:
        self.step, finished = step, None
        try:
            finished = self._carry_and_release(step)
        except SessionLost:
            logger.info("step dropped: its session was lost", extra={"action": "step_dropped"})
        except Exception:
            # A defect of the engine itself. The step stays claimed; ending the session hands it back.
            logger.exception("lane failed", extra={"action": "lane_failed"})
            self._session.lose("a lane failed; see the log")
        finally:
            self.step = None
            self._session.trays.end(self.bell, finished)
        if finished is None or finished.left:
            self._session.has_room()

    def _carry_and_release(self, step: Step) -> Finished | None:
        try:
            return self._carry(step)
        finally:
            if step.locked_state:
                release_state()

    def _carry(self, step: Step) -> Finished | None:
        """Run a step and the pure ones after it. Returns what is to be committed; None when it is already."""
        program = self._session.programs.get(step.revision_id)
        follow = step.followed < FOLLOW_AT_MOST and self._session.follows
        _tidy_connection()
        if program.spec.nodes[step.node].atomic:
            self._go_on_with(self._carry_atomic(step, follow=follow))
            return None
        finished = execute(step, program, self.leash)
        finished.follow = follow
        if finished.handed_on:
            self._session.give_way()
        apart = None
        if follow and step.node in program.fusible and finished.plain and not step.watched:
            apart = fuse(finished, lambda caused: execute(caused, program, self.leash))
        if apart is None and not step.locked_state:
            finished.left = self._may_leave(finished)
            return finished
        self._go_on_with(self._commit_here(finished, apart))
        return None

    def _may_leave(self, finished: Finished) -> bool:
        """Is the lane free before the commit? Nothing would follow it here, and there is more to do."""
        over = finished.status == StepStatus.COMPLETED
        return over and self._session.hurries and not finished.may_be_followed

    def _commit_here(self, finished: Finished, apart: Finished | None) -> Step | None:
        """While this lane holds the lock on a node's state, or with a step after it that has run already."""
        outcome = self._session.clerk.commit(finished)
        if apart is None or outcome.next is None:
            return outcome.next
        apart.step, apart.follow = outcome.next, finished.follow
        return self._session.clerk.commit(apart).next

    def _go_on_with(self, step: Step | None) -> None:
        if step is not None:
            self._session.trays.put([step])

    def _carry_atomic(self, step: Step, *, follow: bool) -> Step | None:
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
            self._session.committed(step, outcome)
            return outcome.next
        except _NotOwnedError:
            return None
        except _FailedInsideError as failure:
            return self._session.clerk.commit(failure.finished).next
        except DATABASE_ERRORS as error:
            return self._after_error(finished, error, link)

    def _after_error(self, finished: Finished, error: Exception, link: Link | None) -> Step | None:
        """The transaction of an atomic routine did not commit, or that cannot be known."""
        if is_conflict(error):
            finished.run_again()
        elif link is None or is_broken(link):  # that very one: Django has opened another since
            # See Committer._lose.
            self._session.lose(str(error))
            raise SessionLost(str(error)) from error
        else:  # the routine's own rows broke a constraint that is checked at commit
            judge(finished, error)
        return self._session.clerk.commit(finished).next


def _tidy_connection() -> None:
    """What a routine before did to Django's connection of this thread must not reach the next one."""
    connection = connections["default"]
    if connection.connection is None:
        return
    if connection.in_atomic_block or not connection.get_autocommit():
        connection.close()
    connection.errors_occurred = True  # so that it is asked whether it still answers
    connection.close_if_unusable_or_obsolete()
