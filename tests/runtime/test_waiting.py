"""Whatever a job waits for, one function tells."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs import services
from jobs.history.waiting import why
from jobs.models import Activation, Job
from jobs.runtime.store import watch
from jobs.runtime.store.link import links
from jobs.steering import control
from templates_app.spec import Port
from tests.engine import make_flow, run_flow, run_session, start
from tests.runtime.flows import spread

RETRY = {"strategy": "retry", "max_retries": 3, "retry_delay": 600}


def told(job: Job) -> dict[str, str]:
    job.refresh_from_db()
    return {reason.kind: reason.sentence for reason in why(job)}


def test_it_says_that_no_cluster_is_alive() -> None:
    job = start(make_flow("one", {"a": "test_pass"}))

    assert told(job) == {
        "no_runtime": "a could run. No cluster of the Runtime is alive: start one with `manage.py runtime`."
    }


def test_it_says_how_many_are_before_it_in_line() -> None:
    flow = make_flow("one", {"a": "test_pass"})
    watch.register(links.get("test"), id="c", host="h", pid=1, workers=2, restarts=0, reason="")
    jobs = [start(flow) for _ in range(3)]

    assert told(jobs[0]) == {"worker": "a waits for a free lane."}
    assert told(jobs[2]) == {"worker": "a waits for a free lane: 2 runnable steps are before it in line."}


def test_it_says_who_paused_it(bob: User) -> None:
    job = start(make_flow("one", {"a": "test_pass"}))
    control.pause(job=job, actor=bob, reason="the shop is closed")

    assert "It is paused by bob since" in told(job)["paused"]
    assert "the shop is closed" in told(job)["paused"]


def test_it_says_when_a_step_is_tried_again() -> None:
    job = start(make_flow("flaky", {"a": {"routine": "test_flaky", "error_handler": RETRY}}))
    run_session()

    reason = why(Job.objects.get(pk=job.pk))[0]
    assert reason.sentence.startswith("a failed in attempt 1 of 4 and is tried again at 2")
    assert reason.until == Activation.objects.get(job=job).due_at


@pytest.mark.parametrize(
    ("policy", "lacks"),
    [
        ({"type": "batch_size", "min_batch_size": 9}, "a batch takes 9 of each slot"),
        ({"type": "time_interval", "min_interval_seconds": 900}, "it runs at most every 900 s"),
    ],
)
def test_it_says_what_a_policy_lacks(policy: dict[str, object], lacks: str) -> None:
    nodes = {"a": spread(3), "b": {"routine": "test_gather", "policy": policy}}
    job = run_flow(make_flow("batch", nodes, ["a.output b.input"], keep_open=True))

    assert lacks in told(job)["policy"]


def test_it_says_which_slot_of_a_join_is_empty() -> None:
    job = run_flow(
        make_flow("join", {"a": "test_pass", "j": "test_join"}, ["a.output j.left"], keep_open=True, entry="a.input")
    )

    assert told(job)["policy"] == "j has items waiting (1 in left): nothing has arrived in right."
    assert "open" in told(job)


def test_it_says_what_max_workers_holds_back() -> None:
    job = start(make_flow("strict", {"b": "test_pass"}, max_workers=1, keep_open=True))
    services.post_item(job=job, port=Port("b", "input"), payload={}, actor=None)

    assert told(job)["max_workers"] == "b is held back: max_workers = 1 lets so many of the job run side by side."


def test_it_tells_on_the_page_and_in_the_api(as_bob: Client) -> None:
    job = start(make_flow("one", {"a": "test_pass"}))

    page = as_bob.get(f"/jobs/{job.pk}/").content.decode()
    answer = as_bob.get(f"/api/v1/jobs/{job.pk}/waiting").json()

    assert "Why is it waiting?" in page
    assert [reason["kind"] for reason in answer["results"]] == ["no_runtime"]


def test_it_tells_nothing_of_a_job_that_has_ended() -> None:
    assert why(run_flow(make_flow("one", {"a": "test_pass"}))) == []
