from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from jobs.models import Activation, Job, Session
from jobs.runtime.store import rescue, watch
from jobs.runtime.store.claim import claim, claim_suspect
from jobs.runtime.store.link import Link, open_link
from jobs.states import JobStatus
from routilux_site.lib.ids import uuid7
from tests.engine import make_flow, run_jobs, start

NEVER = 10**9


@pytest.fixture
def link() -> Iterator[Link]:
    with open_link("test") as link:
        yield link


@pytest.fixture
def job() -> Job:
    return start(make_flow("one", {"a": "test_pass"}), n=1)


def session(link: Link) -> Session:
    rescue.open_session(link, id=(key := uuid7()), cluster="test", host="here", pid=1, lanes=1)
    return Session.objects.get(pk=key)


def die(link: Link) -> Session:
    """A session claims the step and is known to be gone."""
    dead = session(link)
    assert claim(link, session=dead.pk, lanes=1) or claim_suspect(link, session=dead.pk)
    rescue.rescue(link, lease=NEVER, gone=[dead.pk])
    return dead


def test_it_frees_what_a_dead_session_ran(link: Link, job: Job) -> None:
    die(link)

    step = job.activations.get()
    assert (step.status, step.deaths, step.session_id) == ("ready", 1, None)
    run_jobs()


def test_it_suspects_nobody_of_one_death(link: Link, job: Job) -> None:
    die(link)

    assert [step.job_id for step in claim(link, session=session(link).pk, lanes=10)] == [job.pk]


@pytest.mark.parametrize("supervised", [True, False])
def test_it_suspects_at_once_what_ran_in_a_process_that_hangs(link: Link, job: Job, supervised: bool) -> None:
    """Its supervisor beats, and it does not. Where neither does, a host or a network is to blame."""
    watch.register(link, id="test" if supervised else "other", host="h", pid=1, workers=2, restarts=0, reason="")
    hanging = session(link)
    claim(link, session=hanging.pk, lanes=1)
    Session.objects.filter(pk=hanging.pk).update(heartbeat_at=Now() - timedelta(hours=1))

    rescue.rescue(link, lease=1.0)

    assert job.activations.values_list("deaths", "alone").get() == (1, supervised)


@pytest.mark.parametrize(("bound", "deaths"), [(2, 1), (3, 2), (9, 2)])
def test_it_suspects_after_two_deaths_and_before_the_last_attempt(
    link: Link, job: Job, bound: int, deaths: int
) -> None:
    Job.objects.update(max_attempts=bound)

    for _ in range(deaths):
        die(link)

    assert job.activations.get().alone
    assert claim(link, session=session(link).pk, lanes=10) == []


def test_it_takes_no_suspect_along_with_others(link: Link, job: Job) -> None:
    die(link)
    die(link)
    start(make_flow("two", {"a": "test_pass"}), n=1)
    living = session(link)

    together = claim(link, session=living.pk, lanes=10)

    assert [step.job_id == job.pk for step in together] == [False]
    assert claim_suspect(link, session=living.pk) is not None


def test_it_gives_a_poison_step_up_after_its_bound(link: Link, job: Job) -> None:
    for _ in range(job.max_attempts):
        die(link)

    job.refresh_from_db()
    assert (job.status, job.open, job.activations.get().status) == (JobStatus.FAILED, 0, "failed")
    assert "died while running this step, 3 times in a row" in job.error_summary


def test_it_finds_a_step_that_a_late_commit_left_with_an_ended_session(link: Link, job: Job) -> None:
    ended = session(link)
    Session.objects.filter(pk=ended.pk).update(ended_at=Now())
    Activation.objects.update(status="running", session_id=ended.pk)

    rescue.rescue(link, lease=NEVER)

    step = job.activations.get()
    assert (step.status, step.deaths) == ("ready", 0)


def test_it_counts_no_death_for_a_session_that_ends_by_itself(link: Link, job: Job) -> None:
    ending = session(link)
    claim(link, session=ending.pk, lanes=1)

    rescue.close_session(link, ending.pk, ticket=None, outcome="stopped")

    step = job.activations.get()
    assert (step.status, step.deaths) == ("ready", 0)


def test_it_waits_for_sessions_after_the_server_was_down(link: Link, job: Job) -> None:
    """The heartbeat is old, but the server itself is younger than the lease: nobody could have beaten."""
    silent = session(link)
    Session.objects.filter(pk=silent.pk).update(heartbeat_at=Now() - timedelta(days=365))

    assert rescue.rescue(link, lease=364 * 24 * 3600).sessions == 0


def test_it_runs_a_suspect_to_its_end_beside_other_work(link: Link, job: Job) -> None:
    die(link)
    die(link)
    others = [start(make_flow(f"other{n}", {"a": "test_pass"}), n=n) for n in range(5)]

    run_jobs()

    statuses = {Job.objects.get(pk=one.pk).status for one in [job, *others]}
    assert statuses == {JobStatus.COMPLETED}
