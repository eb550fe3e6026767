from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from jobs.models import Job
from jobs.states import JobStatus
from tests.engine import make_flow, run_flow, run_jobs, start
from tests.flows.routines import Spread
from tests.runtime.flows import spread


def run(routine: str, **node: Any) -> Job:
    return run_flow(make_flow("slow", {"a": {"routine": routine, **node}, "b": "test_pass"}, ["a.output b.input"]), n=1)


def test_it_ends_a_step_that_runs_longer_than_its_timeout() -> None:
    job = run("test_loop", timeout=0.3)

    assert (job.status, job.error_summary) == (
        JobStatus.FAILED,
        "a: StepTimeout: the step ran longer than its timeout of 0.3 s",
    )


def test_it_counts_a_timeout_as_an_error_that_the_handler_judges() -> None:
    job = run("test_loop", timeout=0.2, error_handler={"strategy": "retry", "max_retries": 1, "retry_delay": 0})

    assert (job.status, job.activations.get().errors) == (JobStatus.FAILED, 2)


def test_it_leaves_a_step_alone_that_is_fast_enough() -> None:
    assert run("test_pass", timeout=5).status == JobStatus.COMPLETED


def test_it_does_not_trust_a_step_that_swallows_its_timeout() -> None:
    job = run("test_deaf", timeout=0.2)

    assert (job.status, "StepTimeout" in job.error_summary) == (JobStatus.FAILED, True)


@pytest.mark.usefixtures("impatient")
def test_it_gives_up_on_a_thread_that_cannot_be_interrupted() -> None:
    job = run("test_nap", timeout=0.2, config={"seconds": 3})

    assert (job.status, "StepTimeout" in job.error_summary) == (JobStatus.FAILED, True)


def test_it_fails_a_job_past_its_deadline() -> None:
    nodes = {"a": {"routine": "test_nap", "config": {"seconds": 0.4}}}
    job = run_flow(make_flow("ring", nodes, ["a.output a.input"], timeout=1, entry="a.input"), n=1)

    assert (job.status, job.error_summary) == (JobStatus.FAILED, "the job ran longer than its timeout of 1 s")


def test_it_fails_a_job_past_its_deadline_that_waits_for_somebody() -> None:
    nodes = {"ok": "approval", "a": {"routine": "test_nap", "config": {"seconds": 2.5}}}
    job = run_flow(make_flow("asks", nodes, ["ok.approved a.input"], timeout=0.5, entry="ok.input"), n=1)

    assert (job.status, job.error_summary) == (JobStatus.FAILED, "the job ran longer than its timeout of 0.5 s")
    assert list(job.activations.values_list("status", flat=True)) == ["cancelled"]


def go_on_for(spans: Iterator[float]) -> Callable[[], None]:
    """In small pieces, so that it can be interrupted."""

    def go_on() -> None:
        until = time.monotonic() + next(spans)
        while time.monotonic() < until:
            time.sleep(0.01)

    return go_on


@pytest.mark.usefixtures("impatient")
def test_it_gives_the_lane_back_of_a_step_whose_job_has_ended(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROUTILUX = {**settings.ROUTILUX, "THREADS": 1}
    monkeypatch.setattr(Spread, "before", staticmethod(go_on_for(iter([6.0, 0.0]))))
    endless, other = (start(make_flow(name, {"a": spread(1)}, timeout=t)) for name, t in (("one", 0.5), ("two", None)))

    run_jobs()

    ends = [Job.objects.get(pk=job.pk).finished_at for job in (endless, other)]
    assert ends[0] and ends[1] and ends[1] - ends[0] < timedelta(seconds=4)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.runtime.leash.GRACE", 0.2)
