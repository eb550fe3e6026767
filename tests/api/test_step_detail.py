from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobs.models import Activation, Job
from templates_app.models import FlowPrototype
from tests.api.calls import get, refusal
from tests.engine import make_flow, run_flow, start


def detail(client: Client, step: Activation) -> Any:
    return get(client, f"jobs/{step.job_id}/steps/{step.pk}")


def test_it_tells_what_a_step_took_and_emitted(ready: None, as_bob: Client, orders: FlowPrototype) -> None:
    job = run_flow(orders, n=1)

    body = detail(as_bob, job.activations.get(node="first")).json()

    (taken,), (emitted,) = body["inputs"], body["outputs"]
    assert (taken["source"], taken["target"], taken["payload"]) == ("", "first.input", {"n": 1})
    assert (emitted["source"], emitted["target"]) == ("first.output", "second.input")
    assert emitted["payload"] == {"n": 1, "trail": ["first"]}


def test_it_tells_what_each_attempt_printed_and_raised(ready: None, as_bob: Client) -> None:
    handler = {"strategy": "retry", "max_retries": 2, "retry_delay": 0.01}
    job = run_flow(make_flow("flaky", {"a": {"routine": "test_flaky", "error_handler": handler}}, entry="a.input"))

    first, second = detail(as_bob, job.activations.get()).json()["logs"]

    assert (first["lines"][0]["text"], first["error"]["type"]) == ("attempt 1", "ValueError")
    assert (second["attempt"], second["error"]) == (2, None)


def test_it_cuts_long_lists_and_says_which(ready: None, as_bob: Client) -> None:
    node = {"routine": "test_spread", "config": {"count": 300}}
    job = run_flow(make_flow("many", {"s": node}, entry="s.input"))

    body = detail(as_bob, job.activations.get()).json()

    assert (len(body["outputs"]), body["truncated"]) == (200, ["outputs"])


@pytest.mark.parametrize("step", ["0", "9" * 30, "9" * 5000, "-1", "x", "%00"])
def test_it_knows_no_such_step(as_bob: Client, job: Job, step: str) -> None:
    assert refusal(get(as_bob, f"jobs/{job.pk}/steps/{step}")) == (404, "not-found")


def test_it_knows_no_step_of_another_job(as_bob: Client, job: Job, orders: FlowPrototype) -> None:
    other = start(orders, n=2).activations.get()

    assert refusal(get(as_bob, f"jobs/{job.pk}/steps/{other.pk}")) == (404, "not-found")


def test_it_hides_the_steps_of_others(as_alice: Client, job: Job) -> None:
    assert refusal(detail(as_alice, job.activations.get())) == (404, "not-found")


def test_it_reads_in_constant_queries(
    ready: None, as_bob: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    node = {"routine": "test_spread", "config": {"count": 50}}
    step = run_flow(make_flow("many", {"s": node}, entry="s.input")).activations.get()

    with django_assert_num_queries(9):  # four of the caller; job, step, what went in and out, no logs
        detail(as_bob, step)
