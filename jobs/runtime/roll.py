"""The roll of a cluster: each process that django-q2 starts signs in, and signs out when it ends of its own accord.

Whoever is gone without having signed out was killed. Whoever was waiting for a task then may have held a lock of
django-q2's queues, which nobody will ever give back.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from multiprocessing.util import Finalize, register_after_fork

#: After whatever multiprocessing does at the end of a process: it may still hold the lock of a queue that it writes to.
LAST = -10


class Pen:
    """The end of the pipe that the processes of a cluster hold. What they write is short enough never to be torn."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def sign(self) -> None:
        """Called right after the fork; multiprocessing forgets what was to be done at the end of the parent, and then
        asks what is to be done in the child."""
        self._write("+")
        register_after_fork(self, Pen._sign_out_at_the_end)

    def _sign_out_at_the_end(self) -> None:
        Finalize(self, self._write, args=("-",), exitpriority=LAST)

    def _write(self, sign: str) -> None:
        with suppress(OSError):  # the supervisor is gone, and so is this process in a moment
            os.write(self.fd, f"{sign}{os.getpid()}\n".encode())


class Roll:
    """The supervisor's end."""

    def __init__(self) -> None:
        self._fd, writing = os.pipe()
        os.set_blocking(self._fd, False)
        self.pen = Pen(writing)
        self._present: set[int] = set()

    def begin(self) -> None:
        """Called after the fork: only the cluster writes."""
        os.close(self.pen.fd)

    def missing(self) -> set[int]:
        """Who was killed since the last call."""
        present = self.present
        missing = self._present - present
        self._read()  # somebody may have signed out and ended in between
        missing &= self._present
        self._present -= missing
        return missing

    @property
    def present(self) -> set[int]:
        """Who signed in and is alive."""
        self._read()
        return set(filter(is_alive, self._present))

    def close(self) -> None:
        os.close(self._fd)

    def _read(self) -> None:
        with suppress(BlockingIOError):
            while told := os.read(self._fd, 65536):
                for line in told.decode().splitlines():
                    self._note(line[0], int(line[1:]))

    def _note(self, sign: str, pid: int) -> None:
        (self._present.add if sign == "+" else self._present.discard)(pid)


def is_alive(pid: int) -> bool:
    """Of a process of our own. One that ended but was not reaped yet counts as dead."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:  # noqa: PTH123 - a kernel file
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False if sys.platform == "linux" else _answers(pid)


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
