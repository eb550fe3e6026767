from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from jobs import services
from jobs.errors import BadInput, WrongState
from jobs.models import Job
from jobs.states import JobStatus
from tests.engine import make_flow, results, run_flow, run_jobs
from tests.flows import switch


@pytest.fixture(autouse=True)
def _off() -> None:
    switch.broken = True


@pytest.fixture
def failed() -> Job:
    wires = ["a.output b.input", "b.output c.input"]
    return run_flow(make_flow("chain", {"a": "test_pass", "b": "test_switch", "c": "test_pass"}, wires), n=1)


def after(job: Job) -> tuple[str, list[Any]]:
    run_jobs()
    job.refresh_from_db()
    return job.status, [r.get("trail") for r in results(job)]


def test_it_goes_on_from_the_failed_step_and_keeps_what_succeeded(failed: Job, bob: User) -> None:
    assert failed.status == JobStatus.FAILED
    switch.broken = False

    services.retry(job=failed, actor=bob, reason="the service is back")

    assert after(failed) == (JobStatus.COMPLETED, [["a", "b", "c"]])
    assert failed.activations.get(node="a").attempt == 1


def test_it_fails_again_when_nothing_was_mended(failed: Job, bob: User) -> None:
    services.retry(job=failed, actor=bob)

    assert after(failed) == (JobStatus.FAILED, [])
    assert (failed.activations.get(node="b").attempt, failed.open) == (2, 0)


def test_it_skips_a_failed_step(failed: Job, bob: User) -> None:
    services.skip_step(job=failed, step=failed.activations.get(node="b"), actor=bob, reason="not needed")

    assert after(failed) == (JobStatus.COMPLETED, [])
    assert failed.events.filter(kind="step_skipped", actor=bob, reason="not needed").exists()


def test_it_goes_on_with_the_output_that_a_person_supplies(failed: Job, bob: User) -> None:
    outputs = [("output", {"n": 7, "trail": ["by hand"]})]
    services.supply_output(job=failed, step=failed.activations.get(node="b"), outputs=outputs, actor=bob)

    assert after(failed) == (JobStatus.COMPLETED, [["by hand", "c"]])


def test_it_refuses_an_output_that_the_node_does_not_have(failed: Job, bob: User) -> None:
    with pytest.raises(BadInput, match="an event of b"):
        services.supply_output(job=failed, step=failed.activations.get(node="b"), outputs=[("nope", {})], actor=bob)
    assert Job.objects.get().status == JobStatus.FAILED


def test_it_mends_only_a_failed_step(failed: Job, bob: User) -> None:
    with pytest.raises(WrongState, match="did not fail"):
        services.skip_step(job=failed, step=failed.activations.get(node="a"), actor=bob)
    failed.refresh_from_db()
    assert failed.status == JobStatus.FAILED


def test_it_runs_again_as_a_new_job_with_the_same_input(failed: Job, bob: User) -> None:
    switch.broken = False

    again = services.run_again(job=failed, pinned=True, actor=bob)

    assert after(again) == (JobStatus.COMPLETED, [["a", "b", "c"]])
    assert (again.origin, again.revision) == (failed, failed.revision)


def test_it_lets_a_cancelled_job_go_on(bob: User) -> None:
    switch.broken = False
    job = services.run_again(job=run_flow(make_flow("one", {"a": "test_pass"}), n=1), pinned=False, actor=bob)
    services.cancel(job=job, actor=bob)

    services.retry(job=job, actor=bob)

    assert after(job) == (JobStatus.COMPLETED, [["a"]])
