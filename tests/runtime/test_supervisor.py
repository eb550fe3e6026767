"""When a supervisor looks: every second, and at once when a process of its cluster was killed."""

from __future__ import annotations

from typing import cast

import pytest

from jobs.runtime.cluster import Cluster
from jobs.runtime.supervisor import Supervisor


class Kept:
    """A cluster of which some were killed."""

    status = None

    def __init__(self, *missing: int) -> None:
        self._missing = set(missing)

    def missing(self) -> set[int]:
        missing, self._missing = self._missing, set()
        return missing


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr("jobs.runtime.supervisor.time.sleep", taken.append)
    monkeypatch.setattr("jobs.runtime.supervisor.TICK", 0.001)
    return taken


def nap(*missing: int) -> None:
    supervisor = Supervisor(ensure_database=lambda: None)
    supervisor._cluster = cast(Cluster, Kept(*missing))
    supervisor._nap()


def test_it_does_not_wait_when_a_process_was_killed(naps: list[float]) -> None:
    nap(7)

    assert naps == []


def test_it_waits_while_all_are_there(naps: list[float]) -> None:
    nap()

    assert naps
