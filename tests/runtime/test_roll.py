"""Who of a cluster was killed: whoever is gone and did not sign out."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from typing import Any

import pytest

from jobs.runtime.roll import Pen, Roll


@pytest.fixture
def roll() -> Iterator[Roll]:
    roll = Roll()
    yield roll
    roll.close()
    os.close(roll.pen.fd)


class Signing(get_context("fork").Process):  # type: ignore[misc] # the context's own class
    """Signs in as django-q2's processes do, right after the fork."""

    pen: Pen

    def _bootstrap(self, *args: Any, **options: Any) -> Any:
        self.pen.sign()
        return super()._bootstrap(*args, **options)


def a_process(roll: Roll, end: Callable[[], None]) -> int:
    process = Signing(target=end)
    process.pen = roll.pen
    process.start()
    process.join()
    return int(process.pid)


def kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_it_misses_who_was_killed(roll: Roll) -> None:
    pid = a_process(roll, kill_itself)

    assert roll.missing() == {pid}
    assert roll.missing() == set()  # told once


def test_it_misses_nobody_who_ended_by_himself(roll: Roll) -> None:
    a_process(roll, lambda: None)

    assert (roll.missing(), roll.present) == (set(), set())


def test_it_knows_who_is_there(roll: Roll) -> None:
    os.write(roll.pen.fd, f"+{os.getpid()}\n".encode())

    assert (roll.missing(), roll.present) == (set(), {os.getpid()})
