"""When a supervisor looks: every second, and at once when a process that had a session has ended."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from jobs.runtime.supervisor import Supervisor


def a_dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr("jobs.runtime.supervisor.time.sleep", taken.append)
    monkeypatch.setattr("jobs.runtime.supervisor.TICK", 0.001)
    return taken


def test_it_does_not_wait_when_a_process_at_work_has_ended(naps: list[float]) -> None:
    supervisor = Supervisor(ensure_database=lambda: None)
    supervisor._at_work = [os.getpid(), a_dead_process()]

    supervisor._nap()

    assert (naps, supervisor._at_work) == ([], [os.getpid()])  # looked at once, and not again because of that one


def test_it_waits_while_all_are_alive(naps: list[float]) -> None:
    supervisor = Supervisor(ensure_database=lambda: None)
    supervisor._at_work = [os.getpid()]

    supervisor._nap()

    assert naps
