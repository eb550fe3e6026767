from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import F

from jobs import services
from jobs.models import Job, NodeState
from jobs.runtime.nudge import fire_timers
from jobs.states import JobStatus
from templates_app.spec import Port
from tests.engine import make_flow, results, run_flow, run_jobs
from tests.runtime.flows import nap, spread

INTERVAL = {"routine": "test_gather", "policy": {"type": "time_interval", "min_interval_seconds": 0.3}}


def test_it_takes_the_first_item_at_once_and_the_rest_when_drained() -> None:
    job = run_flow(make_flow("drip", {"a": spread(4), "b": INTERVAL}, ["a.output b.input"]))

    assert [(r["count"], r["reason"]) for r in results(job)] == [(1, "time_interval_met"), (3, "drained")]
    assert NodeState.objects.filter(look_at=None, last_activation__isnull=False).count() == 1


def test_it_fires_by_itself_although_nothing_arrives() -> None:
    """A slow branch keeps the job busy; the interval must not wait for its end."""
    nodes = {"a": spread(3), "b": INTERVAL, "slow": nap(2.5)}

    job = run_flow(make_flow("timer", nodes, ["a.output b.input", "a.output slow.input"]))

    _, second = job.activations.filter(node="b").order_by("id")
    assert job.status == JobStatus.COMPLETED
    assert second.started_at and second.started_at < first_nap_end(job)


def first_nap_end(job: Job) -> datetime:
    end = job.activations.filter(node="slow").order_by("id")[0].finished_at
    assert end is not None
    return end


def let_time_pass(job: Job, span: timedelta) -> None:
    job.node_states.update(look_at=F("look_at") - span, last_activation=F("last_activation") - span)


def test_it_wakes_an_idle_open_job_when_its_interval_is_over(bob: User) -> None:
    slowly = {**INTERVAL, "policy": {"type": "time_interval", "min_interval_seconds": 600}}
    job = run_flow(make_flow("open", {"b": slowly}, keep_open=True), n=1)
    for n in (2, 3):
        services.post_item(job=job, port=Port("b", "input"), payload={"n": n}, actor=bob)
    assert (fire_timers(), job.activations.filter(status="ready").exists()) == (0, False)
    let_time_pass(job, timedelta(seconds=600))

    assert fire_timers() == 1
    run_jobs()

    assert [r["count"] for r in results(job)] == [1, 2]
