"""`async def logic` runs on one event loop a session, beside its lanes."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from jobs.models import Activation, Job, StepLog
from jobs.runtime.store import claim
from jobs.runtime.store.claim import Step
from jobs.runtime.store.link import Link
from jobs.services import cancel
from jobs.states import JobStatus
from tests.engine import make_flow, results, run_flow, run_jobs, run_session, start
from tests.flows.waiting import waiting


@pytest.fixture(autouse=True)
def nobody_waits() -> None:
    waiting.forget()


def cancel_once_it_waits(job: Job) -> None:
    while not waiting.together:
        time.sleep(0.01)
    cancel(job=job, actor=None)
    connections.close_all()


def awaiting(count: int, **config: Any) -> dict[str, Any]:
    return {
        "a": {"routine": "test_spread", "config": {"count": count}},
        "b": {"routine": "test_await", "config": config},
    }


def test_it_waits_for_many_at_once_without_lanes() -> None:
    job = run_flow(make_flow("many", awaiting(100, seconds=0.5), ["a.output b.input"]))

    assert sorted(r["n"] for r in results(job)) == list(range(100))
    assert waiting.most > 20  # four lanes
    assert job.activations.filter(node="b", on_loop=True, status="completed").count() == 100


def test_it_goes_on_from_the_loop_to_a_lane_and_back() -> None:
    nodes = {"a": "test_await", "b": "test_await", "c": "test_pass", "d": "test_await"}

    job = run_flow(make_flow("mixed", nodes, ["a.output b.input", "b.output c.input", "c.output d.input"]), n=7)

    assert results(job) == [{"n": 7, "trail": ["c"]}]
    assert list(job.activations.values_list("node", "on_loop", "attempt")) == [
        ("a", True, 1), ("b", True, 1), ("c", False, 1), ("d", True, 1)
    ]  # fmt: skip


def test_it_rests_while_the_loop_is_full(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROUTILUX = {**settings.ROUTILUX, "COROUTINES": 1}
    claims: list[int] = []
    claim_any = claim.claim

    def counted(link: Link, **limits: Any) -> list[Step]:
        claims.append(1)
        return claim_any(link, **limits)

    monkeypatch.setattr(claim, "claim", counted)

    job = run_flow(make_flow("full", awaiting(3, seconds=0.5), ["a.output b.input"]))

    assert len(results(job)) == 3
    assert len(claims) < 200  # every tenth of a second, not as fast as it can


def test_it_keeps_what_each_coroutine_prints_apart() -> None:
    job = run_flow(make_flow("two", {"a": "test_await", "b": "test_await"}, ["a.output b.input"]))

    steps = dict(job.activations.values_list("pk", "node"))
    said = {steps[log.activation_id]: [line["text"] for line in log.lines] for log in StepLog.objects.filter(job=job)}
    assert said == {"a": ["a waits"], "b": ["b waits"]}


def test_it_retries_a_coroutine() -> None:
    retry = {"strategy": "retry", "max_retries": 2, "retry_delay": 0}
    node = {"routine": "test_await", "config": {"fail": 2, "seconds": 0}, "error_handler": retry}

    job = run_flow(make_flow("flaky", {"a": node}), n=1)

    assert (job.status, results(job)) == (JobStatus.COMPLETED, [{"n": 1}])
    assert Activation.objects.get(job=job).errors == 2


def test_it_fails_a_coroutine_past_its_timeout() -> None:
    node = {"routine": "test_await", "config": {"seconds": 60}, "timeout": 0.1}

    job = run_flow(make_flow("late", {"a": node}))

    assert job.status == JobStatus.FAILED
    assert "ran longer than its timeout of 0.1 s" in job.error_summary
    assert waiting.together == set()


def test_it_loses_no_count_of_coroutines_that_share_a_state() -> None:
    nodes = {"a": {"routine": "test_spread", "config": {"count": 8}}, "b": "test_await_tally"}

    job = run_flow(make_flow("tally", nodes, ["a.output b.input"]))

    assert sorted(r["total"] for r in results(job)) == list(range(1, 9))


def test_it_stops_a_coroutine_whose_job_was_cancelled() -> None:
    job = start(make_flow("long", {"a": {"routine": "test_await", "config": {"seconds": 60}}}))
    canceller = threading.Thread(target=cancel_once_it_waits, args=(job,))
    canceller.start()

    run_session()

    canceller.join()
    job.refresh_from_db()
    assert (job.status, waiting.together) == (JobStatus.CANCELLED, set())


def test_it_fails_a_coroutine_that_does_not_give_way(settings: Settings) -> None:
    settings.ROUTILUX = {**settings.ROUTILUX, "LEASE": 2.0, "HEARTBEAT": 0.2}
    job = start(make_flow("stubborn", {"a": "test_stubborn"}))

    run_jobs()

    waiting.over.set()
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "blocked the event loop" in job.error_summary
