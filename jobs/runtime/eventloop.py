"""Logic that is a coroutine runs on one event loop a session: hundreds that wait cost neither threads nor processes.

The loop has a thread of its own, and lanes commit for it, so that nothing that waits for the database stands in the way
of the others.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import TYPE_CHECKING

from django.conf import settings

from jobs.errors import SessionLost, StepTimeout
from jobs.runtime.execute import execute_on_loop
from jobs.runtime.finished import Finished
from jobs.runtime.judge import judge
from jobs.runtime.store.claim import Step

if TYPE_CHECKING:
    from jobs.runtime.session import Session

logger = logging.getLogger(__name__)
TICK = 0.5


class EventLoop:
    def __init__(self, session: Session, *, capacity: int) -> None:
        self.running: dict[int, Step] = {}
        self._session = session
        self._capacity = capacity
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._ticked = 0.0

    @property
    def room(self) -> int:
        return max(0, self._capacity - len(self.running))

    def begin(self, step: Step) -> None:
        self.running[step.id] = step
        loop = self._loop = self._loop or self._start()
        loop.call_soon_threadsafe(self._begin, step)

    def cancel(self, step_id: int) -> None:
        """Nobody wants the result of this step any more."""
        if self._loop is not None and (task := self._tasks.get(step_id)) is not None:
            self._loop.call_soon_threadsafe(task.cancel)

    def watch(self) -> None:
        """A coroutine that does not give way stops all others: its step fails, and the session ends without it."""
        blocked = time.monotonic() - self._ticked
        if self._loop is None or not self.running or blocked < settings.ROUTILUX["LEASE"]:
            return
        task = asyncio.current_task(self._loop)
        culprit = next((self.running.get(step) for step, known in list(self._tasks.items()) if known is task), None)
        if culprit is not None:
            self._blame(culprit, blocked)
        self._session.lose("a coroutine blocks the event loop; the process retires")

    def stop(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _start(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        self._ticked = time.monotonic()
        threading.Thread(target=self._turn, args=(loop,), name="loop", daemon=True).start()
        return loop

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        self._tick(loop)
        loop.run_forever()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        # Two turns: one to deliver the cancellation, one for what `finally` clauses do without waiting.
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self._ticked = time.monotonic()
        loop.call_later(TICK, self._tick, loop)

    def _begin(self, step: Step) -> None:
        self._tasks[step.id] = asyncio.get_running_loop().create_task(self._follow(step))

    async def _follow(self, step: Step) -> None:
        """Run a step, commit it, and go on with what it started while that is a coroutine too."""
        current: Step | None = step
        try:
            while current is not None:
                self._swap(step, current)
                step = current
                current = await self._carry(step)
        except SessionLost:
            logger.info("step dropped: its session was lost", extra={"action": "step_dropped"})
        except Exception:
            logger.exception("loop failed", extra={"action": "lane_failed"})
            self._session.lose("the event loop failed; see the log")
        finally:
            self.running.pop(step.id, None)
            self._tasks.pop(step.id, None)
            self._session.has_room()

    def _swap(self, before: Step, now: Step) -> None:
        if before is not now:
            self.running[now.id] = now
            self._tasks[now.id] = self._tasks.pop(before.id)
            self.running.pop(before.id, None)

    async def _carry(self, step: Step) -> Step | None:
        program = self._session.programs.get(step.revision_id)
        finished = await execute_on_loop(step, program)
        if step.unwanted:
            return None
        finished.follow = self._session.follows
        return (await asyncio.wrap_future(self._session.clerk.hand_in(finished))).next

    def _blame(self, step: Step, blocked: float) -> None:
        finished = Finished(step, self._session.programs.get(step.revision_id), follow=False)
        judge(finished, StepTimeout(f"its coroutine blocked the event loop for {blocked:.0f} s: await what takes long"))
        self._session.clerk.commit(finished)
