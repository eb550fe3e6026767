from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils import timezone

from jobs import services
from jobs.errors import WrongState
from jobs.models import Job
from jobs.states import JobStatus
from tests.engine import make_flow, results, run_flow, run_jobs, run_session, start
from tests.runtime.flows import spread


@pytest.fixture
def job(bob: User) -> Job:
    return start(make_flow("chain", {"a": spread(3), "b": "test_pass"}, ["a.output b.input"]))


def test_it_starts_nothing_while_paused_and_loses_nothing(job: Job, bob: User) -> None:
    services.pause(job=job, actor=bob, reason="lunch")
    run_session()
    assert list(job.activations.values_list("status", flat=True)) == ["held"]

    services.resume(job=job, actor=bob)
    run_jobs()

    assert len(results(job)) == 3


def test_it_holds_what_a_running_step_causes(job: Job, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause comes while the first step runs: its commit must not start the next ones."""
    monkeypatch.setattr("tests.flows.routines.Spread.before", lambda: services.pause(job=job, actor=bob), raising=False)
    run_session()
    job.refresh_from_db()
    assert (job.status, job.activations.filter(status="held").count()) == (JobStatus.PAUSED, 3)

    services.resume(job=job, actor=bob)
    run_jobs()

    job.refresh_from_db()
    assert (job.status, len(results(job))) == (JobStatus.COMPLETED, 3)


def test_it_completes_on_resume_when_nothing_is_left(job: Job, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    last = run_flow(make_flow("two", {"a": spread(0)}))
    assert last.status == JobStatus.COMPLETED
    with pytest.raises(WrongState, match="cannot be paused"):
        services.pause(job=last, actor=bob)


def test_it_refuses_to_resume_what_is_not_paused(job: Job, bob: User) -> None:
    with pytest.raises(WrongState, match="is not paused"):
        services.resume(job=job, actor=bob)


def test_it_lets_go_what_a_commit_held_while_its_job_was_resumed(job: Job, bob: User) -> None:
    """A commit reads that the job is paused, and is through only after the resume, which cannot see its steps."""
    job.activations.update(status="held", ready_at=Now())

    run_jobs()

    job.refresh_from_db()
    assert (job.status, len(results(job))) == (JobStatus.COMPLETED, 3)


def test_it_tells_when_a_claim_put_a_step_aside(job: Job, bob: User) -> None:
    job.activations.update(ready_at=Now() - timedelta(days=1))
    Job.objects.update(status=JobStatus.PAUSED)

    run_session()

    step = job.activations.get()
    assert step.status == "held"
    assert step.ready_at > timezone.now() - timedelta(hours=1)
