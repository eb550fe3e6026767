"""Who runs the steps of a session: its lanes, and the event loop for logic that is a coroutine."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from django.conf import settings

from jobs.runtime.eventloop import EventLoop
from jobs.runtime.finished import Finished
from jobs.runtime.judge import judge
from jobs.runtime.lane import Lane
from jobs.runtime.store.claim import Step
from jobs.runtime.trays import Bell, Trays

if TYPE_CHECKING:
    from jobs.runtime.session import Session

logger = logging.getLogger(__name__)

#: Seconds for a thread that has nothing more to do to end.
GO_HOME = 1.0


class Crew:
    def __init__(self, session: Session) -> None:
        options = settings.ROUTILUX
        self.size: int = options["THREADS"]
        self.trays = Trays(self.size, hire=self._hire)
        self._session = session
        self._lanes: list[Lane] = []
        self._zombies: list[Lane] = []
        self._loop = EventLoop(session, capacity=options["COROUTINES"])

    @property
    def room(self) -> int:
        """How many more coroutines the loop takes."""
        return self._loop.room

    @property
    def busy(self) -> bool:
        return self.trays.busy or bool(self._loop.running)

    @property
    def running(self) -> Mapping[int, Step]:
        """Steps that were claimed and are not committed, by id."""
        return {**self.trays.claimed, **self._loop.running}

    def take(self, steps: Iterable[Step]) -> None:
        for_lanes = []
        for step in steps:
            if step.on_loop and step.node in self._session.programs.get(step.revision_id).coroutines:
                self._loop.begin(step)
            else:
                for_lanes.append(step)
        if for_lanes:
            self.trays.put(for_lanes)

    def watch(self) -> None:
        """Interrupt steps past their timeout; give up on those that will not be interrupted."""
        for lane in list(self._lanes):
            if lane.leash.pull() and lane.step is not None:
                self._abandon(lane, lane.step)
        self._loop.watch()

    def drop(self, running: Mapping[int, Step], *, owned: set[int]) -> None:
        """Of these running steps, let those know that are not owned any more."""
        for step_id, step in running.items():
            if step_id not in owned and not step.dropped:
                step.dropped = True
                self._loop.cancel(step_id)
                for lane in self._lanes:
                    lane.leash.shorten(step_id)

    def finish(self, until: float, meanwhile: Callable[[], bool]) -> None:
        """Begin nothing more, and wait for what runs until that (monotonic) time; `meanwhile` says whether to go on."""
        self.trays.halt()
        told = 0.0
        while self.busy and time.monotonic() < until:
            if time.monotonic() - told >= 1.0:
                told = time.monotonic()
                if not meanwhile():
                    break
            time.sleep(0.02)
        self._loop.stop()
        self.trays.dismiss()
        for lane in self._lanes:
            lane.join(0.0 if self.busy else GO_HOME)

    @property
    def alive(self) -> bool:
        """May anybody still use the session's connections?"""
        return any(lane.is_alive() for lane in (*self._lanes, *self._zombies)) or bool(self._loop.running)

    def _hire(self) -> Bell | None:
        """One thread more than lanes: it commits while all of them run."""
        if len(self._lanes) > self.size:
            return None
        lane = Lane(self._session, len(self._lanes))
        self._lanes.append(lane)
        lane.start()
        return lane.bell

    def _abandon(self, lane: Lane, step: Step) -> None:
        """A thread cannot be killed. Its step is failed and fenced off, another thread takes its place."""
        logger.error("lane abandoned", extra={"action": "lane_abandoned", "job": str(step.job_id), "node": step.node})
        self._lanes.remove(lane)
        self._zombies.append(lane)
        self.trays.give_up(lane.bell)
        finished = Finished(step, self._session.programs.get(step.revision_id), follow=False)
        judge(finished, lane.leash.error())
        self._session.clerk.commit(finished)
        if len(self._zombies) > self.size // 2:
            self._session.lose("too many steps ignore their timeout; the process retires")
