"""One django-q2 task that works off whatever is runnable, then returns so that its worker is free for other tasks.

The main thread claims, beats and listens; lanes run and commit. A session ends when nothing has been runnable for a
short linger, when its cluster is told to stop, or when it can no longer be sure of what it owns.
"""

from __future__ import annotations

import logging
import os
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import Error as DjangoDatabaseError

from jobs.admission import gate as admission
from jobs.runtime import capture, codeversion, failpoints, process, wake
from jobs.runtime.committer import Committer
from jobs.runtime.crew import Crew
from jobs.runtime.finished import Outcome
from jobs.runtime.lane import Lane
from jobs.runtime.live import Live
from jobs.runtime.nudge import fire_timers
from jobs.runtime.programs import programs
from jobs.runtime.store import admit, claim, rescue
from jobs.runtime.store.joblock import End, close_rest, end_job
from jobs.runtime.store.link import Link, is_conflict, links, open_link, run
from jobs.runtime.turns import Turns
from jobs.schedules import firing
from jobs.states import JobStatus
from routilux_site.lib.ids import uuid7

logger = logging.getLogger(__name__)

#: How often a session that has work looks for what others made ready; a wake-up makes it look at once.
LOOK = 0.1
DATABASE_ERRORS = (psycopg.Error, DjangoDatabaseError)
SWEEP = 1.0
#: A step whose revision a host cannot read goes to others this often, so many seconds apart.
HAND_ON_AT_MOST = 30
HAND_ON_DELAY = 10.0


class Session:
    def __init__(self, main: Link, ticket: rescue.TicketLease | None, *, stays: bool = False) -> None:
        """One session of a cluster `stays`: it hears of new work at once, where a ticket takes longer."""
        options = settings.ROUTILUX
        self.id: UUID = uuid7()
        self.programs = programs
        self.stopping = False
        self._ticket = ticket
        self._lease: float = options["LEASE"]
        self._linger: float = options["STAY"] if stays else options["LINGER"]
        self._heartbeat: float = options["HEARTBEAT"]
        self._main = main
        self._commits = links.get("commits")
        self.committer = Committer(self._commits, self.id, on_lost=self.lose)
        self._crew = Crew(self)
        self._live = Live(self.id)
        self._bell_out, self._bell_in = socket.socketpair()
        self._look_now = True
        self._lost: str | None = None
        self._called = 0.0
        self._alone = False
        self._next_due: float | None = None  #: monotonic time of the earliest retry that this session knows of
        self._turns = Turns()
        self._ended: set[UUID] = set()  #: jobs that may have given up their place under a limit

    def run(self) -> str:
        """Work until nothing is left; returns how it ended."""
        code, classes = codeversion.running()
        rescue.open_session(
            self._main,
            code=code,
            classes=classes,
            id=self.id,
            cluster=process.cluster_id(),
            host=socket.gethostname(),
            pid=os.getpid(),
            lanes=self._crew.size,
        )
        self._main.add_notify_handler(self._heard_work)
        run(self._main, f"LISTEN {wake.WORK_CHANNEL}")
        self._bell_out.setblocking(False)
        capture.install()
        return self._work()

    # What lanes tell.

    def lane_is_free(self, lane: Lane) -> None:
        if self._crew.lane_is_free(lane):
            self.ring_bell()

    def committed(self, outcome: Outcome) -> None:
        if outcome.due_in is not None:
            due = time.monotonic() + outcome.due_in
            self._next_due = min(due, self._next_due or due)
        if outcome.made_ready or outcome.due_in is not None:
            self._look_now = True
            self.ring_bell()

    def may_have_ended(self, step: claim.Step) -> None:
        """Nothing follows a step: if its job has ended, the next one may have its place."""
        if self.programs.get(step.revision_id).spec.concurrency:
            self._ended.add(step.job_id)
            self._next_due, self._look_now = time.monotonic(), True
            self.ring_bell()

    def give_way(self) -> None:
        """It cannot run what there is: it does not stay in the way of a session elsewhere."""
        self._linger = 0.0

    def lose(self, reason: str) -> None:
        self._lost = self._lost or reason
        self.stopping = True
        self.ring_bell()

    # The main thread.

    def _work(self) -> str:
        idle_since = last_beat = time.monotonic()
        last_sweep = 0.0
        looked = 0.0
        while not self._must_end(idle_since):
            now = time.monotonic()
            if now - last_beat >= self._heartbeat:
                last_beat = now
                self._beat()
            if self._look_now or now - looked >= self._patience:
                looked = now
                self._unless_in_the_way(self._claim)
            if now - last_sweep >= SWEEP:
                last_sweep = now
                self._unless_in_the_way(self._sweep)
            if self._crew.busy:
                idle_since = time.monotonic()
                self._crew.watch()
                self._unless_in_the_way(self._tell)
            self._wait()
        return self._lost or ("stopped" if self.stopping else "idle")

    def _tell(self) -> None:
        self._live.tell(self._main, self._crew.running.values())

    def _must_end(self, idle_since: float) -> bool:
        if not self.stopping and process.told_to_stop():
            self.stopping = True
        if self.stopping:
            return True
        return not self._crew.busy and not self._look_now and time.monotonic() - idle_since >= self._linger

    @property
    def follows(self) -> bool:
        """May a lane go on with the next step of its job, or are others waited for?"""
        return not (self.stopping or self._alone)

    @property
    def _patience(self) -> float:
        """Seconds until the next look that nobody asked for. Idle, it is a mere net: new work is announced."""
        return LOOK if self._crew.busy else SWEEP

    def _unless_in_the_way(self, do: Callable[[], None]) -> None:
        """Somebody else holds a row that this needs: it is done at the next turn, and the beat goes on."""
        try:
            do()
        except DATABASE_ERRORS as error:
            if not is_conflict(error):
                raise

    def _claim(self) -> None:
        """Give every free lane a step. Found as many as asked for: there may be more than this session can carry."""
        if self._next_due is not None and time.monotonic() >= self._next_due:
            self._wake_what_is_due()
        if self._alone:
            self._claim_suspect()
        elif self._crew.free or self._crew.room:
            self._claim_for_crew()
        elif self._look_now:
            self._call_for_help()

    def _claim_suspect(self) -> None:
        """A step that a worker died of runs with nothing beside it, so that at worst it takes only itself along."""
        if self._crew.busy:
            return
        step = claim.claim_suspect(self._main, session=self.id)
        self._alone = step is not None
        self._look_now = True
        if step is not None:
            self._dispatch(step)

    def _claim_for_crew(self) -> None:
        self._look_now = False
        lanes, room = self._crew.free, self._crew.room
        failpoints.hit("before_claim")
        steps = self._turns.take(partial(claim.claim, self._main, session=self.id), lanes=lanes, loop=room)
        failpoints.hit("after_claim")
        for step in steps:
            self._dispatch(step)
        on_loop = sum(step.on_loop for step in steps)
        if len(steps) - on_loop == lanes or on_loop == room:
            self._look_now = True  # when a lane is free again
            self._call_for_help()

    def _call_for_help(self) -> None:
        """More work than lanes: wake another session, but do not ask at every claim."""
        if time.monotonic() - self._called >= LOOK and claim.any_ready(self._main):
            self._called = time.monotonic()
            wake.ring(self._main, more=True)

    def _wake_what_is_due(self) -> None:
        ended, self._ended = self._ended, set()
        moved = firing.fire_due() + sum(map(admission.after_end, ended)) + admission.sweep()
        if claim.awaken_retries(self._main) + fire_timers() + moved:
            self._look_now = True
        due = claim.seconds_to_next_due(self._main)
        self._next_due = None if due is None else time.monotonic() + max(due, 0.01)

    def _dispatch(self, step: claim.Step) -> None:
        try:
            self.programs.get(step.revision_id)
        except DATABASE_ERRORS:
            raise
        except Exception as error:
            self._hand_on(step, f"the revision cannot be run here: {error}")
            return
        if not self._crew.take(step):  # a coroutine on the host that made it ready, none here
            claim.postpone(self._main, step, session=self.id, delay=LOOK, why="no lane was free for it here")

    def _hand_on(self, step: claim.Step, why: str) -> None:
        """Another host may have the code that this one lacks, as in a rolling deploy; but not for ever."""
        self.give_way()
        logger.error(why, extra={"action": "step_handed_on", "job": str(step.job_id), "node": step.node})
        if step.attempt < HAND_ON_AT_MOST:
            claim.postpone(self._main, step, session=self.id, delay=HAND_ON_DELAY, why=why)
            return
        with self._main.transaction():
            end = End(status=JobStatus.FAILED, node=step.node, reason=f"{step.node}: {why}")
            end_job(self._main, step.job_id, end)
        close_rest(self._main, step.job_id)

    def _beat(self) -> None:
        if not rescue.beat(self._main, self.id, ticket=self._ticket, lease=self._lease):
            self.lose("declared dead by another session: its heartbeat was late")

    def _sweep(self) -> None:
        rescued = rescue.rescue(self._main, lease=self._lease)
        self._wake_what_is_due()
        rescue.end_overdue_jobs(self._main)
        self._drop_what_is_lost()
        if rescued.sessions:
            logger.warning("rescued %s", rescued, extra={"action": "rescued"})
        if not self._alone and claim.any_suspect(self._main):
            # No new claims until the lanes are idle and the suspect has had its turn.
            self._alone = self._look_now = True
        self._look_now = self._look_now or bool(rescued.ready)

    def _drop_what_is_lost(self) -> None:
        """Let running steps know when their job was cancelled, failed, or taken over."""
        if running := self._crew.running:
            self._crew.drop(running, owned=claim.still_owned(self._main, session=self.id, steps=running))

    def _wait(self) -> None:
        """Until a lane is free, somebody rings, a retry is due, or it is time to look again."""
        timeout = self._patience
        if self._next_due is not None:
            timeout = min(timeout, max(0.0, self._next_due - time.monotonic()))
            self._look_now = self._look_now or timeout == 0.0
        if self._look_now and self._crew.free:
            return
        with selectors.DefaultSelector() as selector:
            selector.register(self._main, selectors.EVENT_READ)
            selector.register(self._bell_out, selectors.EVENT_READ)
            ready = selector.select(timeout)
        self._hear([key.fileobj for key, _ in ready])

    def _hear(self, ready: Sequence[object]) -> None:
        if self._bell_out in ready:
            self._bell_out.recv(4096)
        if self._main in ready:
            run(self._main, "SELECT 1")  # reading an answer also reads the notifications in front of it

    def _heard_work(self, _: object) -> None:
        self._look_now = True

    def ring_bell(self) -> None:
        try:
            self._bell_in.send(b".", socket.MSG_DONTWAIT)
        except OSError:
            return  # the bell is already ringing, or nobody listens any more

    # The end.

    def close(self, outcome: str) -> None:
        """Let running steps finish within the grace period, hand back the rest, acknowledge the ticket."""
        self.stopping = True
        try:
            self._finish_crew(0.0 if self._lost else settings.ROUTILUX["GRACE"])
            self._close_rows(outcome)
        finally:
            capture.uninstall()
            self._release_links()

    def _finish_crew(self, grace: float) -> None:
        if self._crew.busy and not self._lost:
            self._beat_or_lose(lambda: rescue.tell_stopping(self._main, self.id))
        self._crew.finish(time.monotonic() + grace, meanwhile=self._still_ours)

    def _still_ours(self) -> bool:
        self._beat_or_lose(self._beat)
        return not self._lost

    def _beat_or_lose(self, do: Callable[[], None]) -> None:
        try:
            do()
        except DATABASE_ERRORS as error:
            self.lose(str(error))

    def _close_rows(self, outcome: str) -> None:
        """When the database is down, wait for it, up to a lease: a session that ends itself costs its steps nothing,
        one that is found dead counts against them."""
        if not self._lost:
            self._write_end(self._main, outcome)
            return
        deadline = time.monotonic() + self._lease
        while True:
            try:
                with open_link("closing") as link:
                    self._write_end(link, outcome)
                return
            except DATABASE_ERRORS:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)

    def _write_end(self, link: Link, outcome: str) -> None:
        due = claim.seconds_to_next_due(link)
        failpoints.hit("before_ack")
        rescue.close_session(link, self.id, ticket=self._ticket, outcome=outcome)
        # Looked at after the end is committed: whoever made work before that saw a live session and sent no ticket.
        if claim.any_ready(link) or admit.movable(link, limit=1):
            wake.ring(link)
        elif due is not None:
            wake.ring(link, delay=max(0.0, due))

    def _release_links(self) -> None:
        """Keep the connections for the next session, unless their state is unclear or a lane may still use them."""
        self._bell_in.close()
        self._bell_out.close()
        if self._lost or self._crew.alive:
            self._main.close()
            self._commits.close()
        else:
            self._main.remove_notify_handler(self._heard_work)
            run(self._main, "UNLISTEN *")
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
