from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobs.models import Job
from templates_app import services
from templates_app.models import FlowPrototype
from tests.api.calls import get, pointers, post, refusal, url
from tests.api.conftest import SCHEMA
from tests.engine import make_flow

JOBS = "flows/orders/jobs"
QUERIES = 10


def test_it_accepts_a_job_and_says_where_it_is(as_bob: Client, orders: FlowPrototype) -> None:
    response = post(as_bob, JOBS, {"input": {"n": 1}})

    job = Job.objects.get()
    assert response.status_code == 202
    assert response["Location"] == url(job)
    assert response["Retry-After"] == "1"


def test_it_tells_flow_revision_and_links(as_bob: Client, orders: FlowPrototype) -> None:
    body = post(as_bob, JOBS, {"input": {"n": 1}}).json()

    job = Job.objects.get()
    assert (body["id"], body["status"], body["flow"]) == (str(job.pk), "pending", "orders")
    assert body["revision"] == {"number": 1, "hash": orders.head.hash if orders.head else ""}
    assert body["links"]["cancel"] == url(job, "/cancel")


def test_it_links_only_to_what_exists(as_bob: Client, orders: FlowPrototype) -> None:
    links = post(as_bob, JOBS, {"input": {"n": 1}}).json()["links"]

    assert {name: as_bob.get(link).status_code for name, link in links.items()} == {
        "self": 200,
        "events": 200,
        "steps": 200,
        "cancel": 405,
        "page": 200,
    }


def test_it_remembers_who_asked_and_how(as_bob: Client, bob: User, orders: FlowPrototype) -> None:
    post(as_bob, JOBS, {"input": {"n": 1}, "entry": "second.input", "priority": 7}, x_request_id="abc-1")

    job = Job.objects.get()
    assert (job.actor, job.entry, job.priority, job.request_id) == (bob, "second.input", 7, "abc-1")
    assert job.activations.get().node == "second"


def test_it_lets_an_author_trigger_too(as_alice: Client, orders: FlowPrototype) -> None:
    assert post(as_alice, JOBS, {"input": {"n": 1}}).status_code == 202


def test_it_refuses_a_stranger(as_charlie: Client, orders: FlowPrototype) -> None:
    assert refusal(post(as_charlie, JOBS, {"input": {"n": 1}})) == (403, "permission-denied")
    assert not Job.objects.exists()


@pytest.mark.parametrize("name", ["nope", "ORDERS", "a%00b", "%F0%9F%92%A9", "x" * 5000, "..", "' OR 1=1 --"])
def test_it_knows_no_such_flow(as_bob: Client, orders: FlowPrototype, name: str) -> None:
    assert post(as_bob, f"flows/{name}/jobs", {"input": {"n": 1}}).status_code == 404


def test_it_names_the_flows_that_exist(as_bob: Client, orders: FlowPrototype) -> None:
    response = post(as_bob, "flows/order/jobs", {"input": {"n": 1}})

    assert refusal(response) == (404, "unknown-flow")
    assert "Accepted: orders." in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/input", "required"),
        ({"input": None}, "/input", "null"),
        ({"input": {"n": 1}, "prority": 1}, "/prority", "unknown-field"),
        ({"input": {"n": 1}, "a.b/c": 1}, "/a.b~1c", "unknown-field"),
        ({"input": {"n": 1}, "priority": "1"}, "/priority", "invalid"),
        ({"input": {"n": 1}, "priority": True}, "/priority", "invalid"),
        ({"input": {"n": 1}, "priority": 1.5}, "/priority", "invalid"),
        ({"input": {"n": 1}, "priority": None}, "/priority", "null"),
        ({"input": {"n": 1}, "priority": 101}, "/priority", "max-value"),
        ({"input": {"n": 1}, "entry": 5}, "/entry", "invalid"),
        ({"input": {"n": 1}, "entry": ""}, "/entry", "blank"),
        ({"input": {"n": 1}, "entry": "x" * 200}, "/entry", "max-length"),
        ({"input": {"n": 1}, "entry": "nope.input"}, "/entry", "bad-entry"),
        ([], "", "invalid"),
        ("x", "", "invalid"),
        (None, "/input", "required"),
    ],
)
def test_it_refuses_a_bad_body_and_points_at_it(
    as_bob: Client, orders: FlowPrototype, body: Any, pointer: str, code: str
) -> None:
    response = post(as_bob, JOBS, body)

    assert response.status_code == 400
    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [(pointer, code)]
    assert not Job.objects.exists()


@pytest.mark.parametrize(("value", "pointer"), [([1], "/input"), ({}, "/input"), ({"n": -1}, "/input/n")])
def test_it_refuses_an_input_that_does_not_fit(as_bob: Client, orders: FlowPrototype, value: Any, pointer: str) -> None:
    response = post(as_bob, JOBS, {"input": value})

    assert refusal(response) == (422, "bad-input")
    assert pointers(response) == [pointer]


def test_it_refuses_an_archived_flow(as_bob: Client, orders: FlowPrototype) -> None:
    services.archive(orders)

    assert refusal(post(as_bob, JOBS, {"input": {"n": 1}})) == (409, "flow-not-runnable")


def test_it_names_the_slots_when_the_flow_has_no_entry(as_bob: Client) -> None:
    make_flow("two", {"a": "test_pass", "b": "test_pass"})

    response = post(as_bob, "flows/two/jobs", {"input": {}})

    assert refusal(response) == (400, "bad-entry")
    assert "a.input, b.input" in response.json()["detail"]


def test_it_refuses_what_is_not_json(as_bob: Client, orders: FlowPrototype) -> None:
    response = as_bob.post(f"/api/v1/{JOBS}", "n=1", content_type="application/x-www-form-urlencoded")

    assert refusal(response) == (415, "unsupported-media-type")


def test_it_has_no_get(as_bob: Client, orders: FlowPrototype) -> None:
    assert refusal(get(as_bob, JOBS)) == (405, "method-not-allowed")


def test_it_checks_with_the_schema_of_the_revision(as_bob: Client, orders: FlowPrototype) -> None:
    assert get(as_bob, "flows/orders").json()["input_schema"] == SCHEMA


@pytest.mark.parametrize("size", [1, 20])
def test_it_asks_as_often_for_a_large_input_as_for_a_small_one(
    as_bob: Client, orders: FlowPrototype, django_assert_num_queries: DjangoAssertNumQueries, size: int
) -> None:
    body = {"input": {"n": 1, "rows": [{"a": 1}] * size}}

    # session, user, permissions of the user and of groups; flow; earlier key; savepoint, job, event, steps, items, ...
    with django_assert_num_queries(QUERIES):
        post(as_bob, JOBS, body, idempotency_key="k")
