from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from jobs.models import IdempotencyKey, Job
from templates_app.models import FlowPrototype
from tests.api.calls import pointers, post, refusal
from tests.engine import run_jobs

JOBS = "flows/orders/jobs"
BODY = {"input": {"n": 1}}


def test_it_answers_a_replay_with_the_same_job(as_bob: Client, orders: FlowPrototype) -> None:
    first, second = (post(as_bob, JOBS, BODY, idempotency_key="k") for _ in range(2))

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert ("Idempotency-Replayed" in first, second["Idempotency-Replayed"]) == (False, "true")
    assert Job.objects.count() == 1


def test_it_answers_the_same_after_the_job_has_ended(ready: None, as_bob: Client, orders: FlowPrototype) -> None:
    first = post(as_bob, JOBS, BODY, idempotency_key="k")
    run_jobs()

    assert post(as_bob, JOBS, BODY, idempotency_key="k").json() == first.json()


@pytest.mark.parametrize("other", [{"input": {"n": 2}}, {**BODY, "priority": 1}, {**BODY, "entry": "second.input"}])
def test_it_refuses_another_body_under_the_same_key(as_bob: Client, orders: FlowPrototype, other: Any) -> None:
    post(as_bob, JOBS, BODY, idempotency_key="k")

    response = post(as_bob, JOBS, other, idempotency_key="k")

    assert refusal(response) == (422, "idempotency-key-reused")
    assert Job.objects.count() == 1


def test_it_keeps_the_keys_of_two_callers_apart(as_bob: Client, as_alice: Client, orders: FlowPrototype) -> None:
    answers = [post(client, JOBS, BODY, idempotency_key="k").json()["id"] for client in (as_bob, as_alice)]

    assert len(set(answers)) == 2


def test_it_does_not_spend_the_key_on_a_refused_request(as_bob: Client, orders: FlowPrototype) -> None:
    post(as_bob, JOBS, {"input": {"n": -1}}, idempotency_key="k")

    assert not IdempotencyKey.objects.exists()
    assert post(as_bob, JOBS, BODY, idempotency_key="k").status_code == 202


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256])
def test_it_refuses_a_malformed_key(as_bob: Client, orders: FlowPrototype, key: str) -> None:
    response = post(as_bob, JOBS, BODY, idempotency_key=key)

    assert refusal(response) == (400, "bad-idempotency-key")
    assert pointers(response) == ["/Idempotency-Key"]


@pytest.fixture
def four_at_once(transactional_db: None, orders: FlowPrototype, bob: User) -> Iterator[list[Any]]:
    """Answers to four requests that were sent at the same moment, each on a connection of its own."""
    gate = Barrier(4)

    def call() -> Any:
        client = Client()
        client.force_login(bob)
        gate.wait()
        try:
            return post(client, JOBS, BODY, idempotency_key="race")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        yield [future.result() for future in [pool.submit(call) for _ in range(4)]]


def test_it_makes_one_job_of_requests_that_race(four_at_once: list[Any]) -> None:
    assert {answer.status_code for answer in four_at_once} == {202}
    assert len({answer.json()["id"] for answer in four_at_once}) == Job.objects.count() == 1
    assert sum("Idempotency-Replayed" not in answer for answer in four_at_once) == 1
