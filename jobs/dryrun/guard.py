"""Bounds for a dry run in a process of its own: an alarm for Python code, limits of the kernel for all else."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jobs.dryrun.stepping import OutOfTime
from jobs.errors import StepTimeout

MEMORY = 512 * 1024 * 1024


class Alarm:
    """A Guard: raises in the routine when its own timeout, or the time of the whole dry run, is over."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    @contextmanager
    def __call__(self, node: str, timeout: float | None) -> Iterator[None]:
        left = max(self._end - time.monotonic(), 0.001)
        own = timeout if timeout is not None and timeout < left else None

        def ring(*_: Any) -> None:
            if own is not None:
                raise StepTimeout(f"the step ran longer than its timeout of {own:g} s")
            raise OutOfTime(f"‘{node}’ was still running when the {self._seconds:g} s of the dry run were over.")

        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, own or left)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def confine() -> None:
    """No file can grow, no core is dumped, and memory is what the process has, and a share on top."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = int(open("/proc/self/statm").read().split()[0])  # noqa: SIM115, PTH123
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
