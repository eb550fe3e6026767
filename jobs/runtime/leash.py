"""Ends a step that runs longer than its timeout, or goes on though its job has ended, by an exception in its thread.

Python raises it at the thread's next instruction: a loop ends at once, a call into C ends when it returns. A thread
that does not come back within GRACE is given up by its session.
"""

from __future__ import annotations

import ctypes
import threading
import time

from jobs.errors import StepTimeout

GRACE = 3.0


class Pulled(BaseException):
    """Not an Exception, so that user code that catches everything lets it through."""


class Leash:
    """One for each lane. The lane holds on while it runs user code; its session pulls."""

    def __init__(self) -> None:
        self.thread = 0
        self._mutex = threading.Lock()
        self._step: int | None = None  #: whose code runs now
        self._timeout = 0.0
        self._deadline: float | None = None
        self._pulled_at: float | None = None

    def hold(self, step: int, timeout: float | None) -> None:
        """User code begins; None is no limit."""
        with self._mutex:
            self._step, self._timeout, self._pulled_at = step, timeout or 0.0, None
            self._deadline = None if timeout is None else time.monotonic() + timeout

    def shorten(self, step: int) -> None:
        """Nobody waits for this step any more: if it is the one that runs, it has GRACE left to notice."""
        with self._mutex:
            if self._step == step:
                soon = time.monotonic() + GRACE
                self._deadline = soon if self._deadline is None else min(soon, self._deadline)

    def let_go(self) -> None:
        """User code is over: no exception may arrive from here on. One that is on its way is waited for, so that it
        cannot strike the commit; one that user code swallowed is made up for."""
        with self._mutex:
            self._step = self._deadline = None
            pulled = self._pulled_at is not None
        for _ in range(1000 if pulled else 0):
            time.sleep(0.001)
        if pulled:
            raise Pulled

    def forget(self) -> None:
        """The lane is back and knows what came of it."""
        if self._pulled_at is not None:
            with self._mutex:
                self._deadline = self._pulled_at = None

    def pull(self) -> bool:
        """Interrupt an overdue step. True when it was interrupted long ago and has not come back."""
        with self._mutex:
            now = time.monotonic()
            if self._pulled_at is not None:
                return now - self._pulled_at > GRACE
            if self._deadline is not None and now > self._deadline:
                self._pulled_at = now
                _raise_in(self.thread)
        return False

    def error(self) -> StepTimeout:
        return overdue(self._timeout)


def overdue(timeout: float) -> StepTimeout:
    return StepTimeout(f"the step ran longer than its timeout of {timeout:g} s")


def _raise_in(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Pulled))
