"""Many jobs by one request."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.access import create_token
from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.api.calls import bearer, pointers, post, refusal
from tests.engine import make_flow

GOOD = {"flow": "orders", "input": {"n": 1}}
BAD = {"flow": "orders", "input": {"n": -1}}


def test_it_tells_the_outcome_of_each(as_bob: Client, orders: FlowPrototype) -> None:
    told = post(as_bob, "jobs/bulk", {"jobs": [GOOD, BAD, {"flow": "nope", "input": {}}]}).json()

    assert (told["accepted"], told["refused"], Job.objects.count()) == (1, 2, 1)
    assert [result["status"] for result in told["results"]] == [202, 422, 404]
    assert told["results"][0]["job"]["id"] == str(Job.objects.get().pk)


def test_it_points_into_the_body(as_bob: Client, orders: FlowPrototype) -> None:
    told = post(as_bob, "jobs/bulk", {"jobs": [GOOD, BAD, {**GOOD, "idempotency_key": "a b"}]}).json()

    problems = [result["problem"] for result in told["results"][1:]]
    assert [problem["errors"][0]["pointer"] for problem in problems] == ["/jobs/1/input/n", "/jobs/2/idempotency_key"]
    assert [problem["code"] for problem in problems] == ["bad-input", "bad-idempotency-key"]


def test_it_makes_all_or_none(as_bob: Client, orders: FlowPrototype) -> None:
    refused = post(as_bob, "jobs/bulk", {"jobs": [GOOD, BAD], "together": True})

    assert refusal(refused) == (422, "bad-input")
    assert pointers(refused) == ["/jobs/1/input/n"]
    assert not Job.objects.exists()


def test_it_may_be_repeated(as_bob: Client, orders: FlowPrototype) -> None:
    body = {"jobs": [{**GOOD, "idempotency_key": "a"}, {**GOOD, "idempotency_key": "b"}]}

    first, second = (post(as_bob, "jobs/bulk", body).json()["results"] for _ in range(2))

    assert [one["job"] for one in first] == [one["job"] for one in second]
    assert [one["replayed"] for one in second] == [True, True]
    assert Job.objects.count() == 2


def test_it_refuses_a_key_that_means_something_else(as_bob: Client, orders: FlowPrototype) -> None:
    jobs = [{**GOOD, "idempotency_key": "a"}, {"flow": "orders", "input": {"n": 2}, "idempotency_key": "a"}]

    told = post(as_bob, "jobs/bulk", {"jobs": jobs}).json()["results"][1]["problem"]

    assert (told["code"], told["errors"][0]["pointer"]) == ("idempotency-key-reused", "/jobs/1/idempotency_key")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/jobs"),
        ({"jobs": []}, "/jobs"),
        ({"jobs": [GOOD] * 101}, "/jobs"),
        ({"jobs": [{**GOOD, "colour": 1}]}, "/jobs/0/colour"),
        ({"jobs": [GOOD], "atomic": True}, "/atomic"),
    ],
)
def test_it_refuses_a_bad_body(as_bob: Client, orders: FlowPrototype, body: object, pointer: str) -> None:
    response = post(as_bob, "jobs/bulk", body)

    assert response.status_code == 400
    assert pointers(response) == [pointer]
    assert not Job.objects.exists()


def test_it_knows_only_the_flows_of_the_token(bob: User, orders: FlowPrototype) -> None:
    make_flow("bills", {"a": "test_pass"}, entry="a.input")
    limited = bearer(create_token(user=bob, name="n", flow_names=["bills"]).text)

    told = post(limited, "jobs/bulk", {"jobs": [GOOD, {"flow": "bills", "input": {}}]}).json()

    assert [result["status"] for result in told["results"]] == [404, 202]
