"""The sub-flow routine: a step that runs another flow as a job of its own and waits for its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jobs import services
from jobs.admission import nesting
from jobs.models import Job, Wait
from jobs.runtime import family
from jobs.states import JobStatus
from tests.engine import make_flow, results, run_jobs, run_session, start
from tests.flows import switch


@pytest.fixture(autouse=True)
def _mended() -> Iterator[None]:
    switch.broken = False
    yield
    switch.broken = True


def calling(child: str = "child", parent: str = "parent", **node: Any) -> Job:
    """A job whose node `call` runs the flow `child`, and then `b`."""
    call = {"routine": "sub_flow", "config": {"flow": child}, **node}
    wires = ["call.output b.input"]
    return start(make_flow(parent, {"call": call, "b": "test_pass"}, wires, entry="call.input"), n=1)


def ran(job: Job) -> Job:
    run_jobs()
    job.refresh_from_db()
    return job


def trails(job: Job) -> list[Any]:
    return [r["trail"] for r in results(job) if "trail" in r]


def test_it_sends_on_what_left_the_other_flow() -> None:
    make_flow("child", {"x": "test_pass", "y": "test_pass"}, ["x.output y.input"])

    job = ran(calling())

    child = Job.objects.get(parent=job)
    assert (job.status, trails(job)) == (JobStatus.COMPLETED, [["x", "y", "b"]])
    assert [r for r in results(job) if "job" in r] == [{"job": str(child.pk), "results": 1}]
    assert child.parent_step_id == job.activations.get(node="call").pk


def test_it_runs_a_job_for_each_item_and_loses_none() -> None:
    make_flow("child", {"x": "test_pass"})
    call = {"routine": "sub_flow", "config": {"flow": "child", "input": {"number": "n"}}}
    nodes = {"s": {"routine": "test_spread", "config": {"count": 6}}, "call": call}

    job = ran(start(make_flow("many", nodes, ["s.output call.input"])))

    assert sorted(r["number"] for r in results(job) if "number" in r) == list(range(6))
    assert Job.objects.filter(parent=job, status=JobStatus.COMPLETED).count() == 6


def test_it_fails_when_the_other_job_fails_and_says_which() -> None:
    make_flow("child", {"f": "fail"})

    job = ran(calling())

    assert (job.status, job.error_node) == (JobStatus.FAILED, "call")
    assert f"The job {Job.objects.get(parent=job).pk} of the flow 'child' failed: f: RuntimeError" in job.error_summary


def test_it_starts_another_job_when_it_is_retried() -> None:
    make_flow("child", {"f": {"routine": "fail"}})

    job = ran(calling(error_handler={"strategy": "retry", "max_retries": 2, "retry_delay": 0.01}))

    assert (job.status, Job.objects.filter(parent=job).count()) == (JobStatus.FAILED, 3)


def test_it_runs_anew_when_the_parent_is_retried_by_hand() -> None:
    switch.broken = True
    make_flow("child", {"x": "test_switch"})
    job = ran(calling())
    switch.broken = False

    services.retry(job=job)

    assert (ran(job).error_summary, trails(job)) == ("", [["x", "b"]])
    assert sorted(Job.objects.filter(parent=job).values_list("status", flat=True)) == ["completed", "failed"]


def test_it_does_not_wait_for_a_child_that_is_retried_later() -> None:
    switch.broken = True
    make_flow("child", {"x": "test_switch"})
    job = ran(calling())
    switch.broken = False

    services.retry(job=Job.objects.get(parent=job))
    services.retry(job=job)

    assert ran(job).status == JobStatus.COMPLETED


def waiting() -> tuple[Job, Job]:
    """A parent whose child waits for a decision."""
    make_flow("child", {"ok": "approval"})
    job = calling()
    run_session()
    job.refresh_from_db()
    return job, Job.objects.get(parent=job)


def test_it_waits_without_a_lane_and_ends_the_child_with_its_parent() -> None:
    job, child = waiting()
    assert (job.status, job.activations.get(node="call").status) == (JobStatus.RUNNING, "parked")

    services.cancel(job=job)

    child.refresh_from_db()
    assert (child.status, child.events.last().reason) == (  # type: ignore[union-attr]
        JobStatus.CANCELLED,
        "The job that it belonged to has ended.",
    )


def test_it_ends_the_child_when_another_branch_of_the_parent_fails() -> None:
    make_flow("child", {"ok": "approval"})
    handler = {"strategy": "retry", "max_retries": 2, "retry_delay": 0.4}
    flaky = {"routine": "test_flaky", "config": {"times": 9}, "error_handler": handler}
    nodes = {"s": "test_pass", "call": {"routine": "sub_flow", "config": {"flow": "child"}}, "f": flaky}
    job = ran(start(make_flow("parent", nodes, ["s.output call.input", "s.output f.input"]), n=1))

    child = Job.objects.get(parent=job)
    assert (job.status, job.error_node, child.status) == (JobStatus.FAILED, "f", JobStatus.CANCELLED)
    assert list(child.activations.values_list("status", flat=True)) == ["cancelled"]


def test_it_pauses_and_resumes_the_child_too() -> None:
    job, child = waiting()

    services.pause(job=job)
    child.refresh_from_db()
    assert child.status == JobStatus.PAUSED
    services.resume(job=job)
    child.refresh_from_db()

    assert child.status == JobStatus.RUNNING


def test_it_pauses_a_child_that_is_born_after_the_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parent is paused while its step runs, which then starts the other job."""
    make_flow("child", {"x": "test_pass"})
    job, start_child = calling(), nesting.start_child
    pauses = [lambda: services.pause(job=job)]
    monkeypatch.setattr(nesting, "start_child", lambda *args: (pauses.pop()(), start_child(*args))[1])

    run_session()
    child = Job.objects.get(parent=job)
    assert (child.status, child.started_at) == (JobStatus.PAUSED, None)
    services.resume(job=job)

    assert (ran(job).status, child.events.filter(kind="paused").count()) == (JobStatus.COMPLETED, 1)


def test_it_hears_of_a_child_that_somebody_cancelled() -> None:
    job, child = waiting()

    services.cancel(job=child)

    assert (ran(job).status, job.error_node) == (JobStatus.FAILED, "call")


def test_it_is_told_by_the_sweep_when_nobody_else_did() -> None:
    _, child = waiting()
    Job.objects.filter(pk=child.pk).update(status=JobStatus.COMPLETED, open=0)

    assert family.sweep() == 1
    assert family.sweep() == 0
    assert (Wait.objects.get(kind="child_job").answer or {})["status"] == "completed"


def test_it_tells_other_families_when_one_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    (_, first), (_, second) = waiting(), ended_alone()
    Job.objects.filter(pk__in=[first.pk, second.pk]).update(status=JobStatus.COMPLETED, open=0)
    tell_parent = family.tell_parent
    monkeypatch.setattr(family, "tell_parent", lambda job: tell_parent(job) if job != first.pk else job[0])

    assert family.sweep() == 1
    assert [Wait.objects.get(child=child).answered_at is None for child in (first, second)] == [True, False]


def ended_alone() -> tuple[Job, Job]:
    """Another such family."""
    job = calling(parent="another")
    run_session()
    return job, Job.objects.get(parent=job)


def test_it_ends_children_whose_parent_has_gone_by_the_sweep() -> None:
    job, child = waiting()
    Job.objects.filter(pk=job.pk).update(status=JobStatus.FAILED)

    assert family.sweep() == 1
    child.refresh_from_db()
    assert child.status == JobStatus.CANCELLED


def test_it_never_waits_for_two_jobs_at_once() -> None:
    job, child = waiting()
    child.pk = None

    with pytest.raises(IntegrityError, match="jobs_job_one_child_under_way"), transaction.atomic():
        Job.objects.create(
            flow=child.flow, revision=child.revision, parent=job, parent_step_id=child.parent_step_id, open=1
        )


def test_it_bounds_how_deep_flows_call_each_other() -> None:
    make_flow("child", {"again": {"routine": "sub_flow", "config": {"flow": "child"}}})

    job = ran(calling())

    assert job.status == JobStatus.FAILED
    deepest = Job.objects.order_by("pk").last()
    assert deepest and "Flows may call each other 10 deep" in deepest.error_summary
    assert "a flow that calls itself never ends" in deepest.error_summary


def test_it_says_which_flows_there_are_when_one_is_not() -> None:
    job = ran(calling("chidl"))

    assert "There is no flow" in job.error_summary
