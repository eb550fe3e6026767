"""Of the sessions that have work, one at a time empties its lanes for a suspect; an idle one needs not ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from jobs.models import Activation, Session
from jobs.runtime.isolation import Isolation
from jobs.runtime.store.link import Link, open_link
from jobs.runtime.store.rescue import open_session
from routilux_site.lib.ids import uuid7
from templates_app.models import FlowPrototype
from tests.engine import make_flow, run_jobs, start

NOBODY: frozenset[int] = frozenset()
OTHERS = frozenset({-1, -2})


@pytest.fixture
def link() -> Iterator[Link]:
    with open_link("test") as link:
        yield link


def isolating(link: Link, *, lease: float = 100) -> Isolation:
    """For a session of its own."""
    open_session(link, id=(session := uuid7()), cluster="c", host="h", pid=1, lanes=1)
    return Isolation(link, session=session, lease=lease)


@pytest.fixture
def suspect() -> Activation:
    step = start(make_flow("one", {"a": "test_pass"}), n=1).activations.get()
    Activation.objects.update(alone=True)
    return step


def test_it_takes_a_suspect_at_once_when_nothing_runs(link: Link, suspect: Activation) -> None:
    isolation = isolating(link)

    isolation.look(NOBODY)

    assert (step := isolation.take(NOBODY)) is not None
    assert step.id == suspect.pk


def test_it_begins_with_a_suspect_unless_another_session_does(link: Link, suspect: Activation) -> None:
    first, second = isolating(link), isolating(link)
    for isolation in (first, second):
        isolation.begin()

    assert (first.on, second.on) == (True, False)
    assert first.take(NOBODY) is not None


def test_another_begins_beside_it_when_a_third_is_left_for_other_work(link: Link, suspect: Activation) -> None:
    isolating(link).begin()
    second, _ = isolating(link), isolating(link)

    second.begin()

    assert second.on


def test_who_is_silent_keeps_no_place(link: Link, suspect: Activation) -> None:
    isolating(link).begin()
    Session.objects.update(heartbeat_at=Now() - timedelta(seconds=60))
    second = isolating(link)

    second.look(OTHERS)

    assert second.on


def test_a_new_session_takes_a_suspect_before_what_is_plenty(engine: None, suspect: Activation) -> None:
    for n in range(20):
        start(FlowPrototype.objects.get(name="one"), n=n)

    run_jobs()

    taken = Activation.objects.order_by("started_at", "id").values_list("pk", flat=True)
    assert taken[0] == suspect.pk


def test_it_waits_for_its_lanes_and_then_for_the_suspect(link: Link, suspect: Activation) -> None:
    isolation = isolating(link)
    isolation.look(OTHERS)

    assert isolation.take(OTHERS) is None
    assert isolation.take(NOBODY) is not None
    assert (isolation.take({suspect.pk}), isolation.on) == (None, True)


def test_it_goes_back_to_other_work_when_no_suspect_is_left(link: Link, suspect: Activation) -> None:
    isolation = isolating(link)
    isolation.look(NOBODY)
    isolation.take(NOBODY)

    assert (isolation.take(NOBODY), isolation.on) == (None, False)


def test_it_lets_one_busy_session_at_a_time_wait(link: Link, suspect: Activation) -> None:
    first, second = isolating(link, lease=0), isolating(link)
    for isolation in (first, second):
        isolation.look(OTHERS)
    assert (first.on, second.on) == (True, False)

    first.take(OTHERS)  # its lanes did not come free in time
    second.look(OTHERS)

    assert (first.on, second.on) == (False, True)


def test_it_does_not_look_for_company_while_the_suspect_runs_long(link: Link, suspect: Activation) -> None:
    isolation = isolating(link, lease=0)
    isolation.look(NOBODY)
    isolation.take(NOBODY)

    assert (isolation.take({suspect.pk}), isolation.on) == (None, True)
