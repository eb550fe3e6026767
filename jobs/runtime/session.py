"""One django-q2 task that works off whatever is runnable, then returns so that its worker is free for other tasks.

The main thread claims, beats and listens; lanes run and commit. A session ends when nothing has been runnable for a
short linger, when its cluster is told to stop, or when it can no longer be sure of what it owns.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from uuid import UUID

from django.conf import settings

from jobs.runtime import capture, family, process
from jobs.runtime.clerk import Clerk
from jobs.runtime.committer import Committer
from jobs.runtime.crew import Crew
from jobs.runtime.ear import Ear
from jobs.runtime.finished import Outcome
from jobs.runtime.helping import Helper
from jobs.runtime.isolation import Isolation
from jobs.runtime.live import Live
from jobs.runtime.programs import programs
from jobs.runtime.rounds import Rounds
from jobs.runtime.store import claim, rescue
from jobs.runtime.store.link import DATABASE_ERRORS, Link, is_conflict, links
from jobs.runtime.supply import Supply
from jobs.runtime.tenure import Tenure

logger = logging.getLogger(__name__)

#: How often a session that has work looks for what others made ready; a wake-up makes it look at once.
LOOK = 0.1
IDLE_LOOK = 1.0


class Session:
    def __init__(self, main: Link, ticket: rescue.TicketLease | None, *, stays: bool = False) -> None:
        """One session of a cluster `stays`: it hears of new work at once, where a ticket takes longer."""
        options = settings.ROUTILUX
        self.programs = programs
        self.stopping = False
        self._linger: float = options["STAY"] if stays else options["LINGER"]
        self._heartbeat: float = options["HEARTBEAT"]
        self.lease: float = options["LEASE"]
        self._main = main
        self._tenure = Tenure(main, ticket)
        self.id: UUID = self._tenure.id
        self._commits = links.get("commits")
        self.committer = Committer(self._commits, self.id, on_lost=self.lose)
        self.crew = Crew(self)
        self.trays = self.crew.trays
        self.clerk = Clerk(self)
        self._live = Live(self.id)
        self.ear = Ear(main)
        self._lost: str | None = None
        self.isolation = Isolation(main, session=self.id, lease=self.lease)
        self._supply = Supply(self, main)
        self.helper = Helper(main, self.ear, lease=self.lease)
        self._rounds = Rounds((*self.helper.duties, self._drop, self._isolate))

    def run(self) -> str:
        """Work until nothing is left; returns how it ended."""
        self._tenure.begin(lanes=self.crew.size)
        self.ear.listen()
        capture.install()
        if process.session_slots() > 1:  # else nobody would be left for all the others
            self._unless_in_the_way(self.isolation.begin)
        return self._work()

    # What lanes and the event loop tell.

    def has_room(self) -> None:
        """Another step may be claimed for its lanes or its loop, if there is one."""
        self.ear.expect(self.isolation.on)
        if self._supply.is_wanted:
            self.ear.ring()

    def committed(self, step: claim.Step, outcome: Outcome) -> None:
        """Called by the thread that committed. Nothing follows a step: its job may have ended."""
        if outcome.due_in is not None:
            self.ear.alarm.set(outcome.due_in)
        if outcome.made_ready or outcome.due_in is not None:
            self.ear.heard = True
            self.ear.ring()
        if outcome.next is None and self.programs.get(step.revision_id).spec.concurrency:
            self.helper.job_may_have_ended(step.job_id)
        if outcome.ended or (outcome.next is None and step.is_child):
            family.tell(step.job_id)

    def give_way(self) -> None:
        """It cannot run what there is: it does not stay in the way of a session elsewhere."""
        self._linger = 0.0

    def lose(self, reason: str) -> None:
        self._lost = self._lost or reason
        self.stopping = True
        self.ear.ring()

    @property
    def is_lost(self) -> bool:
        return self._lost is not None

    @property
    def follows(self) -> bool:
        """May a lane go on with the next step of its job, or are others waited for?"""
        return not (self.stopping or self.isolation.on)

    @property
    def hurries(self) -> bool:
        """There is more to do than there are lanes: one whose step nothing follows is free before the commit."""
        return self._supply.more and self.follows and self.trays.left < self.crew.size

    # The main thread.

    def _work(self) -> str:
        idle_since = last_beat = time.monotonic()
        looked = 0.0
        while not self._must_end(idle_since):
            now = time.monotonic()
            if now - last_beat >= self._heartbeat:
                last_beat = now
                self.beat()
            if self._supply.is_wanted or now - looked >= self._patience:
                looked = now
                self._unless_in_the_way(self._supply.bring)
            if (duty := self._rounds.next()) is not None:
                self._unless_in_the_way(duty)
            if self.crew.busy:
                idle_since = time.monotonic()
                self.crew.watch()
                self._unless_in_the_way(self._tell)
                self._unless_in_the_way(self._supply.take_back)
            if not self._supply.is_wanted:
                self.ear.wait(0.0 if self._rounds.under_way else self._patience)
        return self._lost or ("stopped" if self.stopping else "idle")

    def _tell(self) -> None:
        if self._live.is_due:
            self._live.tell(self._main, self.crew.running.values())

    def _must_end(self, idle_since: float) -> bool:
        if not self.stopping and process.told_to_stop():
            self.stopping = True
        if self.stopping:
            return True
        at_it = self.crew.busy or self.ear.heard or self._supply.has_left_some or self._rounds.under_way
        return not at_it and time.monotonic() - idle_since >= self._linger

    @property
    def _patience(self) -> float:
        """Seconds until the next look that nobody asked for. Idle, it is a mere net: new work is announced."""
        return LOOK if self.crew.busy else IDLE_LOOK

    def _unless_in_the_way(self, do: Callable[[], object]) -> None:
        """Somebody else holds a row that this needs: it is done at the next turn, and the beat goes on."""
        try:
            do()
        except DATABASE_ERRORS as error:
            if not is_conflict(error):
                raise

    def beat(self) -> None:
        if not self._tenure.beat():
            self.lose("declared dead by another session: its heartbeat was late")

    # Its rounds.

    def _isolate(self) -> None:
        self.isolation.look(self.crew.running)
        self.ear.expect(self.isolation.on)

    def _drop(self) -> None:
        """Let running steps know when their job was cancelled, failed, or taken over."""
        if running := self.crew.running:
            self.crew.drop(running, owned=claim.still_owned(self._main, session=self.id, steps=running))

    # The end.

    def close(self, outcome: str) -> None:
        """Let running steps finish within the grace period, hand back the rest, acknowledge the ticket."""
        self.stopping = True
        try:
            self._finish_crew(0.0 if self._lost else settings.ROUTILUX["GRACE"])
            self._tenure.end(outcome, lost=bool(self._lost))
        finally:
            capture.uninstall()
            self._release_links()

    def _finish_crew(self, grace: float) -> None:
        if self.crew.busy and not self._lost:
            self._or_lose(self._tenure.tell_stopping)
        self.crew.finish(time.monotonic() + grace, meanwhile=self._still_ours)

    def _still_ours(self) -> bool:
        self._or_lose(self.beat)
        return not self._lost

    def _or_lose(self, do: Callable[[], None]) -> None:
        try:
            do()
        except DATABASE_ERRORS as error:
            self.lose(str(error))

    def _release_links(self) -> None:
        """Keep the connections for the next session, unless their state is unclear or a lane may still use them."""
        self.ear.close()
        if self._lost or self.crew.alive:
            self._main.close()
            self._commits.close()
        else:
            self.ear.stop_listening()
            rescue.free_session_slot(self._main)


def work() -> None:
    """The django-q2 task behind every wake-up ticket. Returns nothing and raises nothing: truth is in our tables."""
    try:
        _work(process.current_ticket())
    except DATABASE_ERRORS as error:
        logger.warning("no session: %s", error, extra={"action": "session_failed"})
    except Exception:
        logger.exception("session failed", extra={"action": "session_failed"})


def _work(ticket: rescue.TicketLease | None) -> None:
    main = links.get("session", durable=False)
    slot = None
    if not process.told_to_stop():
        slot = rescue.take_session_slot(main, cluster=process.cluster_id(), slots=process.session_slots())
    if slot is None:
        rescue.acknowledge(main, ticket)
        return
    try:
        session = Session(main, ticket, stays=slot == 0)
    except BaseException:
        main.close()  # with it goes the slot
        raise
    try:
        outcome = session.run()
    except Exception as error:
        logger.warning("session lost: %s", error, extra={"action": "session_lost"}, exc_info=True)
        session.lose(str(error))
        outcome = str(error)
    session.close(outcome)
