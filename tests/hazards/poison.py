"""What a step can do to the process that runs it."""

from __future__ import annotations

import asyncio
import ctypes
import os
import re
import resource
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from templates_app.routines import Routine

MEGABYTE = 1 << 20


def segfault(routine: Routine) -> None:
    ctypes.string_at(0)


def leave(routine: Routine) -> None:
    os._exit(3)


def system_exit(routine: Routine) -> None:
    sys.exit(3)


def cancelled(routine: Routine) -> None:
    raise asyncio.CancelledError


def interrupted(routine: Routine) -> None:
    raise KeyboardInterrupt


def loop(routine: Routine) -> None:
    while True:
        pass


def hog(routine: Routine) -> None:
    """Never lets another thread run: no heartbeat, no timeout, no signal handler."""
    re.match("(a+)+$", "a" * 64 + "b")


def memory(routine: Routine) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = _address_space() + 64 * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    try:
        bytearray(16 << 30)  # at once, so that no neighbour is refused memory meanwhile
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - a kernel file
        return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def huge_result(routine: Routine) -> None:
    """100 MB in items that are each within their limits."""
    text = "x" * (200 * 1024)
    for _ in range(512):
        routine.emit("output", text=text)


def unserialisable(routine: Routine) -> None:
    routine.emit("output", n=lambda: None)


def not_text(routine: Routine) -> None:
    routine.emit("output", n="\ud800")


def deep(routine: Routine) -> None:
    nested: list[object] = []
    for _ in range(10_000):
        nested = [nested]
    routine.emit("output", n=nested)


class HugeError(Exception):
    """What it has to say is longer than anybody wants to read."""

    def __str__(self) -> str:
        return "x" * (32 * MEGABYTE)

    __repr__ = __str__


def huge_error(routine: Routine) -> None:
    raise HugeError


def freeze(routine: Routine) -> None:
    """Holds its thread in a call that no exception interrupts."""
    ctypes.CDLL(None).pause()


def nap(routine: Routine) -> None:
    time.sleep(30)


KINDS: Mapping[str, Callable[[Routine], None]] = {
    "segfault": segfault,
    "leave": leave,
    "system_exit": system_exit,
    "cancelled": cancelled,
    "interrupted": interrupted,
    "loop": loop,
    "hog": hog,
    "memory": memory,
    "huge_result": huge_result,
    "unserialisable": unserialisable,
    "not_text": not_text,
    "deep": deep,
    "huge_error": huge_error,
    "freeze": freeze,
    "nap": nap,
}
#: These take their whole process along; the others are errors of the step.
DEADLY = ("segfault", "leave", "hog")
