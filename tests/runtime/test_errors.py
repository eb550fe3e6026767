from __future__ import annotations

from typing import Any

import pytest

from jobs.models import Job, StepLog
from jobs.states import JobStatus
from tests.engine import make_flow, results, run_flow


def flaky(times: int, **handler: Any) -> Job:
    node: dict[str, Any] = {"routine": "test_flaky", "config": {"times": times}}
    if handler:
        node["error_handler"] = handler
    return run_flow(make_flow("flaky", {"a": node, "b": "test_pass"}, ["a.output b.input"]))


def test_it_stops_the_job_by_default_and_says_where_and_why() -> None:
    job = flaky(1)

    assert job.status == JobStatus.FAILED
    assert job.error_summary == "a: ValueError: not yet: 1"


def test_it_shows_the_way_from_the_routine_on() -> None:
    flaky(1)

    head, first, *_ = (StepLog.objects.get().error or {})["traceback"].splitlines()
    assert head.startswith("Traceback")
    assert first.strip().startswith('File "tests/flows/routines.py", line ')


def test_it_retries_until_it_works() -> None:
    job = flaky(2, strategy="retry", max_retries=3, retry_delay=0.05)

    step = job.activations.get(node="a")
    assert (job.status, step.status, step.errors) == (JobStatus.COMPLETED, "completed", 2)
    assert results(job)[0]["attempt"] == 3


def test_it_gives_up_after_one_call_and_max_retries() -> None:
    job = flaky(9, strategy="retry", max_retries=2, retry_delay=0.01)

    assert (job.status, job.activations.get().errors) == (JobStatus.FAILED, 3)
    assert StepLog.objects.count() == 3


@pytest.mark.parametrize(("strategy", "status"), [("continue", "error_continued"), ("skip", "skipped")])
def test_it_goes_on_past_an_error_when_told_to(strategy: str, status: str) -> None:
    job = flaky(1, strategy=strategy)

    step = job.activations.get()
    assert (job.status, step.status, step.error_summary) == (JobStatus.COMPLETED, status, "ValueError: not yet: 1")


def test_it_cancels_the_other_branches_of_a_job_that_fails() -> None:
    nodes = {"s": {"routine": "test_spread", "config": {"count": 30}}, "f": "test_flaky"}

    job = run_flow(make_flow("branches", nodes, ["s.output f.input"]))

    assert job.status == JobStatus.FAILED
    assert job.open == 0
    assert set(job.activations.values_list("status", flat=True)) <= {"completed", "failed", "cancelled"}


def test_it_keeps_what_a_step_printed() -> None:
    flaky(1, strategy="retry", retry_delay=0.0)

    assert [line["text"] for log in StepLog.objects.all() for line in log.lines] == ["attempt 1", "attempt 2"]
