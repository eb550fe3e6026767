"""What a claim does with steps that must not start: it says nothing of a start that never was."""

from __future__ import annotations

import pytest

from jobs.models import Activation
from jobs.runtime.store.claim import claim, claim_suspect, hand_back
from jobs.runtime.store.link import open_link
from jobs.states import JobStatus
from routilux_site.lib.ids import uuid7
from tests.engine import make_flow, start


@pytest.mark.parametrize(
    ("of_job", "of_step"), [(JobStatus.PAUSED, "held"), (JobStatus.QUEUED, "held"), (JobStatus.CANCELLED, "cancelled")]
)
def test_it_puts_aside_what_must_not_start(of_job: JobStatus, of_step: str) -> None:
    job = start(make_flow("one", {"a": "test_pass"}), n=1)
    type(job).objects.update(status=of_job)

    with open_link("test") as link:
        assert claim(link, session=uuid7(), lanes=3) == []

    step = Activation.objects.get()
    assert (step.status, step.attempt, step.session_id, step.started_at) == (of_step, 0, None, None)


@pytest.mark.parametrize(
    ("ready", "lanes", "ahead", "taken"),
    [(9, 4, 0, 4), (9, 0, 4, 2), (9, 1, 4, 3), (9, 5, 4, 6), (3, 0, 4, 0), (3, 4, 4, 3), (40, 4, 4, 8)],
)
def test_it_takes_less_ahead_of_its_lanes_when_little_is_left(ready: int, lanes: int, ahead: int, taken: int) -> None:
    flow = make_flow("one", {"a": "test_pass"})
    for n in range(ready):
        start(flow, n=n)

    with open_link("test") as link:
        assert len(claim(link, session=uuid7(), lanes=lanes, ahead=ahead)) == taken


def test_it_hands_back_what_never_began_as_if_it_had_not_been_claimed() -> None:
    start(make_flow("one", {"a": "test_pass"}), n=1)
    session = uuid7()

    with open_link("test") as link:
        claimed = claim(link, session=session, lanes=3)
        hand_back(link, claimed, session=session)

        step = Activation.objects.get()
        assert (step.status, step.attempt, step.session_id, step.started_at) == ("ready", 0, None, None)
        assert claim(link, session=session, lanes=3) == claimed


def test_it_hands_back_nothing_that_is_somebody_elses() -> None:
    start(make_flow("one", {"a": "test_pass"}), n=1)

    with open_link("test") as link:
        claimed = claim(link, session=uuid7(), lanes=3)
        hand_back(link, claimed, session=uuid7())

    assert Activation.objects.get().status == "running"


def test_it_takes_the_suspect_first_that_died_least() -> None:
    flow = make_flow("one", {"a": "test_pass"})
    for deaths in (3, 2):
        start(flow).activations.update(alone=True, deaths=deaths)

    with open_link("test") as link:
        suspect = claim_suspect(link, session=uuid7())

    assert suspect is not None
    assert Activation.objects.get(pk=suspect.id).deaths == 2
