"""Calls that have to come back soon, because a job's lock is held meanwhile: one that does not is interrupted.

Python raises the exception at the thread's next instruction: a loop ends at once, a call into C when it returns.
"""

from __future__ import annotations

import ctypes
import threading
import time
from asyncio import CancelledError
from collections.abc import Callable
from typing import TypeVar

from templates_app.routines.errors import PolicyError

T = TypeVar("T")
#: What ends a thread, a process or a task, when nobody catches it.
LEAVING = (SystemExit, KeyboardInterrupt, GeneratorExit, CancelledError)


class _Interrupted(BaseException):
    """Not an Exception, so that code which catches everything lets it through."""


class _Watch:
    """Interrupts the thread that made it, unless that is over with its call by then."""

    def __init__(self, seconds: float) -> None:
        self._thread = threading.get_ident()
        self._mutex = threading.Lock()
        self._over = self.struck = False
        self._timer = threading.Timer(seconds, self._strike)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        """From here on nothing arrives. What is on its way is waited for; what was swallowed is made up for."""
        self._timer.cancel()
        with self._mutex:
            self._over = True
        for _ in range(1000 if self.struck else 0):
            time.sleep(0.001)
        if self.struck:
            raise _Interrupted

    def _strike(self) -> None:
        with self._mutex:
            if not self._over:
                self.struck = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), ctypes.py_object(_Interrupted))


def briefly(seconds: float, call: Callable[[], T]) -> T:
    """What `call` returns. Raises PolicyError when it takes longer, or wants to end the thread or the process."""
    watch = _Watch(seconds)
    try:
        try:
            return call()
        except _Interrupted:
            watch.struck = False  # it has arrived
            raise
        finally:
            watch.end()
    except _Interrupted:
        raise PolicyError(f"it took longer than {seconds:g} s") from None
    except LEAVING as error:
        raise PolicyError(f"it raised {type(error).__name__}") from error
