"""The approval routine: a step that waits for a decision, without a lane, in a job that stays alive."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now

from jobs import services
from jobs.errors import WrongState
from jobs.models import Activation, Job, Wait
from jobs.runtime.nudge import fire_timers
from jobs.states import JobStatus
from tests.engine import make_flow, results, run_session, start

WIRES = ["ok.approved b.input", "ok.rejected c.input"]


def asked(config: dict[str, Any] | None = None, name: str = "approve", **settings: Any) -> Job:
    nodes = {"ok": {"routine": "approval", "config": config or {}}, "b": "test_pass", "c": "test_pass"}
    return ran(start(make_flow(name, nodes, WIRES, entry="ok.input", **settings), n=1))


def ran(job: Job) -> Job:
    run_session()
    job.refresh_from_db()
    return job


def the_step(job: Job) -> Activation:
    return job.activations.get(node="ok")


def test_it_waits_without_ending_the_job() -> None:
    job = asked({"question": "Ship it?"})

    assert (job.status, job.open, the_step(job).status) == (JobStatus.RUNNING, 1, "parked")
    assert Wait.objects.get().request == {"question": "Ship it?", "default": None}


@pytest.mark.parametrize(("approved", "way", "kind"), [(True, "b", "approved"), (False, "c", "rejected")])
def test_it_goes_the_way_that_was_decided(bob: User, approved: bool, way: str, kind: str) -> None:
    job = asked()

    services.decide(job=job, step=the_step(job), approved=approved, comment="Seen", actor=bob)

    assert ran(job).status == JobStatus.COMPLETED
    assert [(r["trail"], r["decision"]["by"], r["decision"]["comment"]) for r in results(job)] == [
        ([way], "bob", "Seen")
    ]
    event = job.events.get(kind=kind)
    assert (event.actor, event.reason, event.data["node"]) == (bob, "Seen", "ok")


def test_it_is_decided_once(bob: User) -> None:
    job = asked()
    services.decide(job=job, step=the_step(job), approved=True, actor=bob)

    with pytest.raises(WrongState, match="waits for no decision: it was decided by bob"):
        services.decide(job=job, step=the_step(job), approved=False, actor=bob)


def test_it_takes_no_decision_for_a_step_that_asked_for_none(bob: User) -> None:
    job = asked()
    services.decide(job=job, step=the_step(job), approved=True, actor=bob)
    other = start(make_flow("open", {"a": "test_pass"}, keep_open=True))

    with pytest.raises(WrongState, match="it has not asked for one"):
        services.decide(job=other, step=ran(other).activations.get(), approved=True, actor=bob)


def test_it_takes_the_default_when_time_is_up() -> None:
    job = asked({"timeout_seconds": 3600, "default": "reject"})
    Activation.objects.filter(pk=the_step(job).pk).update(due_at=Now())

    assert fire_timers() == 1
    assert [r["trail"] for r in results(ran(job))] == [["c"]]
    assert job.events.get(kind="rejected").reason == "Nobody answered in time."


def test_it_answers_for_others_when_one_wait_is_broken() -> None:
    broken, whole = (asked({"timeout_seconds": 3600, "default": "reject"}, name) for name in ("broken", "whole"))
    Wait.objects.filter(job=broken).delete()
    Activation.objects.filter(status="parked").update(due_at=Now())

    assert fire_timers() == 1
    assert [r["trail"] for r in results(ran(whole))] == [["c"]]
    assert fire_timers() == 0  # not again and again


def test_it_lets_others_work_meanwhile_with_one_worker() -> None:
    nodes = {"s": "test_pass", "ok": "approval", "b": "test_pass"}
    flow = make_flow("beside", nodes, ["s.output ok.input", "s.output b.input"], max_workers=1)

    job = ran(start(flow))

    assert dict(job.activations.values_list("node", "status")) == {"s": "completed", "ok": "parked", "b": "completed"}


def test_it_waits_for_the_end_of_a_pause(bob: User) -> None:
    job = asked()
    services.pause(job=job)

    services.decide(job=job, step=the_step(job), approved=True, actor=bob)
    assert the_step(ran(job)).status == "held"
    services.resume(job=job)

    assert ran(job).status == JobStatus.COMPLETED


def test_it_asks_again_when_a_cancelled_job_is_retried(bob: User) -> None:
    job = asked()
    services.cancel(job=job)
    assert the_step(job).status == "cancelled"

    services.retry(job=job)

    assert (the_step(ran(job)).status, Wait.objects.get().answer) == ("parked", None)


def test_it_needs_a_default_for_a_timeout() -> None:
    with pytest.raises(Exception, match="a timeout needs a default"):
        asked({"timeout_seconds": 5})
