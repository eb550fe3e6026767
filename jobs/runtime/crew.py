"""Who runs the steps of a session: its lanes, and the event loop for logic that is a coroutine."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from django.conf import settings

from jobs.runtime.eventloop import EventLoop
from jobs.runtime.finished import Finished
from jobs.runtime.judge import judge
from jobs.runtime.lane import Lane
from jobs.runtime.store.claim import Step

if TYPE_CHECKING:
    from jobs.runtime.session import Session

logger = logging.getLogger(__name__)


class Crew:
    def __init__(self, session: Session) -> None:
        options = settings.ROUTILUX
        self._session = session
        self._lanes = [Lane(session, number) for number in range(options["THREADS"])]
        self._free = list(self._lanes)
        self._zombies: list[Lane] = []
        self._mutex = threading.Lock()
        self._loop = EventLoop(session, capacity=options["COROUTINES"])

    @property
    def size(self) -> int:
        return len(self._lanes)

    @property
    def free(self) -> int:
        """Lanes without a step."""
        return len(self._free)

    @property
    def room(self) -> int:
        """How many more coroutines the loop takes."""
        return self._loop.room

    @property
    def busy(self) -> bool:
        return len(self._free) < len(self._lanes) or bool(self._loop.running) or bool(self._session.clerk.left)

    @property
    def running(self) -> Mapping[int, Step]:
        """Steps under way, by id."""
        on_lanes = {step.id: step for lane in self._lanes if (step := lane.step) is not None}
        return {**self._session.clerk.left, **on_lanes, **self._loop.running}

    def take(self, step: Step) -> bool:
        """Begin a step; False when nobody is free for it."""
        if step.on_loop and step.node in self._session.programs.get(step.revision_id).coroutines:
            self._loop.begin(step)
            return True
        with self._mutex:
            lane = self._free.pop() if self._free else None
        if lane is None:
            return False
        lane.inbox.put(step)
        if not lane.is_alive():
            lane.start()
        return True

    def lane_is_free(self, lane: Lane) -> bool:
        with self._mutex:
            if not lane.abandoned:
                self._free.append(lane)
        return not lane.abandoned

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

    def finish(self, until: float, meanwhile: Callable[[], bool]) -> None:
        """Begin nothing more, and wait for what runs until that (monotonic) time; `meanwhile` says whether to go on."""
        for lane in self._lanes:
            lane.inbox.put(None)
        while self._unfinished and meanwhile() and (left := until - time.monotonic()) > 0:
            self._wait_for_some(min(left, 1.0))
        self._loop.stop()
        self._session.clerk.stop()

    @property
    def alive(self) -> bool:
        """May anybody still use the session's connections?"""
        return bool(self._zombies) or self._unfinished

    @property
    def _unfinished(self) -> bool:
        """Does anybody still run whose end is worth waiting for? That of an abandoned lane is not."""
        return self._uncommitted or any(lane.is_alive() for lane in self._lanes)

    @property
    def _uncommitted(self) -> bool:
        return bool(self._loop.running or self._session.clerk.left)

    def _wait_for_some(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        if (lane := next((lane for lane in self._lanes if lane.is_alive()), None)) is not None:
            lane.join(seconds)
        while self._uncommitted and time.monotonic() < until:
            time.sleep(0.02)

    def _abandon(self, lane: Lane, step: Step) -> None:
        """A thread cannot be killed. Its step is failed and fenced off, another lane takes its place."""
        logger.error("lane abandoned", extra={"action": "lane_abandoned", "job": str(step.job_id), "node": step.node})
        with self._mutex:
            lane.abandoned = True
            self._lanes[self._lanes.index(lane)] = fresh = Lane(self._session, self._lanes.index(lane))
            self._free.append(fresh)
            self._zombies.append(lane)
        finished = Finished(step, self._session.programs.get(step.revision_id), follow=False)
        judge(finished, lane.leash.error())
        self._session.committed(step, self._session.committer.commit(finished))
        if len(self._zombies) > len(self._lanes) // 2:
            self._session.lose("too many steps ignore their timeout; the process retires")
