"""One thread of a session: it claims an activation and follows its job from step to step."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING

import psycopg
from django.db import Error as DjangoDatabaseError
from django.db import OperationalError, connections, transaction

from jobs.errors import SessionLost
from jobs.runtime.execute import execute
from jobs.runtime.finished import Finished, Outcome
from jobs.runtime.judge import judge
from jobs.runtime.leash import Leash
from jobs.runtime.store.claim import Step
from jobs.runtime.store.link import django_link

if TYPE_CHECKING:
    from jobs.runtime.session import Session

logger = logging.getLogger(__name__)

#: After so many steps of one job in a row a lane lets others have their turn.
FOLLOW_AT_MOST = 200


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
                follow = followed < FOLLOW_AT_MOST and not self._session.stopping
                outcome = self._carry(current, follow=follow)
                self._session.committed(outcome)
                current = outcome.next
        except SessionLost:
            logger.info("step dropped: its session was lost", extra={"action": "step_dropped"})
        except Exception:
            # A defect of the engine itself. The step stays claimed; ending the session hands it back.
            logger.exception("lane failed", extra={"action": "lane_failed"})
            self._session.lose("a lane failed; see the log")
        finally:
            self.step = None

    def _carry(self, step: Step, *, follow: bool) -> Outcome:
        program = self._session.programs.get(step.revision_id)
        node = program.spec.nodes[step.node]
        if node.atomic:
            return self._carry_atomic(step, follow=follow)
        finished = execute(step, program, self.leash)
        finished.follow = follow
        return self._session.committer.commit(finished)

    def _carry_atomic(self, step: Step, *, follow: bool) -> Outcome:
        """Run inside the transaction that commits the step: the routine's rows land with it or not at all."""
        program = self._session.programs.get(step.revision_id)
        finished = Finished(step, program)
        try:
            with transaction.atomic():
                finished = execute(step, program, self.leash)
                finished.follow = follow
                if finished.error:
                    raise _FailedInsideError(finished)
                outcome = self._session.committer.commit_on(django_link(), finished)
                if not outcome.owned:
                    raise _NotOwnedError
                return outcome
        except _NotOwnedError:
            return Outcome()
        except _FailedInsideError as failure:
            return self._session.committer.commit(failure.finished)
        except (OperationalError, psycopg.OperationalError) as error:
            # Whether the transaction was committed is unknown; see Committer._lose.
            self._session.lose(str(error))
            raise SessionLost(str(error)) from error
        except (DjangoDatabaseError, psycopg.Error) as error:
            # The routine's own rows broke a constraint that is checked at commit.
            judge(finished, error)
            return self._session.committer.commit(finished)
