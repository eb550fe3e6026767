"""What a supervisor makes of processes that were killed: it looks at once, and knows whether a lock may be lost."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import Any, cast

import pytest
from django.db.models.functions import Now
from django_q.conf import Conf

from jobs import models
from jobs.models import Activation, Session, Ticket
from jobs.runtime.cluster import Cluster
from jobs.runtime.store.link import open_link
from jobs.runtime.store.watch import return_tasks
from jobs.runtime.supervisor import PAUSES, SOON, TICK, Supervisor
from routilux_site.lib.ids import uuid7
from tests.engine import make_flow, start


class Kept:
    """A cluster of which some were killed."""

    status: int | None = None
    group = 0

    def __init__(self, *missing: int) -> None:
        self._missing = set(missing)
        self.started_at = time.monotonic()

    def missing(self) -> set[int]:
        missing, self._missing = self._missing, set()
        return missing

    def kill(self) -> None:
        pass


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr("jobs.runtime.supervisor.time.sleep", taken.append)
    monkeypatch.setattr("jobs.runtime.supervisor.TICK", 0.05)
    return taken


def supervising(*missing: int) -> Supervisor:
    supervisor = Supervisor(ensure_database=lambda: None)
    supervisor._cluster = cast(Cluster, Kept(*missing))
    return supervisor


def looked(supervisor: Supervisor) -> str:
    with open_link("test") as link:
        return supervisor._look(link)


def a_session_of(supervisor: Supervisor, pid: int) -> None:
    Session.objects.create(id=uuid7(), cluster=supervisor.id, host="here", pid=pid, lanes=1)


def test_it_does_not_wait_when_a_process_was_killed(naps: list[float]) -> None:
    supervising(7)._nap()

    assert naps == []


def test_it_waits_while_all_are_there(naps: list[float]) -> None:
    supervising()._nap()

    assert naps


def test_it_waits_although_it_could_not_look_since(naps: list[float]) -> None:
    supervisor = supervising(7)
    supervisor._nap()

    supervisor._nap()

    assert naps


DEAD = 2**22 + 1  #: above every pid


def test_it_starts_anew_when_an_idle_process_was_killed(db: None, naps: list[float]) -> None:
    supervisor = supervising(DEAD)
    supervisor._nap()

    assert "lock" in looked(supervisor)


def test_it_does_not_while_another_session_works(db: None, naps: list[float]) -> None:
    supervisor = supervising(DEAD)
    a_session_of(supervisor, os.getpid())
    supervisor._nap()

    assert looked(supervisor) == ""


def test_it_does_not_for_one_that_had_a_session_even_if_missed_later(db: None, naps: list[float]) -> None:
    supervisor = supervising()
    a_session_of(supervisor, DEAD)
    looked(supervisor)
    supervisor._cluster = cast(Cluster, Kept(DEAD))
    supervisor._nap()

    assert looked(supervisor) == ""


@pytest.mark.parametrize(
    ("status", "missing", "cause"),
    [
        (None, {7}, "killed"),
        (0, {7}, "killed"),
        (-9, set(), "killed"),
        (1, {7}, "fell over"),
        (None, set(), "fell over"),
    ],
)
def test_it_starts_a_cluster_that_ends_young_less_and_less_often(
    status: int | None, missing: set[int], cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor, kept = supervising(), Kept()
    monkeypatch.setattr(supervisor, "_look_at_database", lambda: "")
    kept.status = status
    pauses = []
    for _ in range(12):
        supervisor._missing = missing
        supervisor._end_cluster(cast(Cluster, kept), "a reason")
        pauses.append(supervisor._pause)

    assert (pauses[0], pauses[-1]) == PAUSES[cause]
    kept.started_at -= 3600
    supervisor._end_cluster(cast(Cluster, kept), "a reason")
    assert supervisor._pause == 0.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that pass while somebody sleeps, and else not."""
    clock = [0.0]
    monkeypatch.setattr("jobs.runtime.supervisor.time.monotonic", lambda: clock[0])
    monkeypatch.setattr("jobs.runtime.supervisor.time.sleep", lambda seconds: clock.append(clock.pop() + seconds))
    return clock


def test_it_does_not_sleep_past_the_next_start(clock: list[float]) -> None:
    supervisor = Supervisor(ensure_database=lambda: None)
    supervisor._start_at = TICK / 4

    supervisor._nap()

    assert supervisor._start_at <= clock[0] < TICK


def test_it_looks_again_soon_while_a_step_waits(transactional_db: None, clock: list[float]) -> None:
    supervisor = supervising()
    start(make_flow("one", {"a": "test_pass"}))
    looked(supervisor)
    supervisor._nap()
    assert SOON <= clock[0] < TICK

    Activation.objects.all().delete()
    looked(supervisor)
    supervisor._nap()
    assert clock[0] >= SOON + TICK


FAR = "2999-01-01T00:00Z"


def given_back() -> list[str]:
    return sorted(Ticket.objects.filter(visible_at__lt=FAR, taken_by="").values_list("payload", flat=True))


def test_it_gives_back_the_tasks_of_a_cluster_that_is_no_more(transactional_db: None) -> None:
    for payload, cluster, wake in (("task", "mine", False), ("wake-up", "mine", True), ("another's", "other", False)):
        taken: dict[str, Any] = {"taken_by": cluster, "visible_at": FAR}
        Ticket.objects.create(key=Conf.CLUSTER_NAME, payload=payload, wake=wake, **taken)

    with open_link("test") as link:
        return_tasks(link, "mine")

    assert given_back() == ["task"]


@pytest.fixture
def orphans(transactional_db: None) -> None:
    """One task each of a cluster that lives, of one that is silent, and of one without a supervisor."""
    for cluster, beat in (("alive", Now()), ("silent", Now() - timedelta(seconds=3600))):
        models.Cluster.objects.create(id=cluster, host="there", pid=1, workers=1, heartbeat_at=beat)
    for cluster in ("alive", "silent", "plain"):
        taken: dict[str, Any] = {"taken_by": cluster, "visible_at": FAR}
        Ticket.objects.create(key=Conf.CLUSTER_NAME, payload=cluster, **taken)


def test_it_adopts_the_tasks_of_clusters_whose_supervisor_is_silent(orphans: None) -> None:
    supervisor = supervising()
    supervisor._orphans._due = 0.0

    looked(supervisor)

    assert given_back() == ["silent"]


def test_it_adopts_none_right_after_an_outage(orphans: None) -> None:
    supervisor = supervising()
    supervisor._orphans._due = 0.0
    supervisor._lose_database()

    looked(supervisor)

    assert given_back() == []
