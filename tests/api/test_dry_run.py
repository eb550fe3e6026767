"""Trying a flow over REST: nothing is written, whatever is tried."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.access import create_token
from jobs.models import Job
from templates_app.models import FlowPrototype, Prototype, Revision
from tests.api.calls import bearer, pointers, post, refusal

TRY = "flows/orders/dry-run"
SENDS = {"first": {"output": {"n": 5}}, "second": {"output": [{"n": 6}, {"n": 7}]}}


def rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Job, Prototype, Revision)]


def draft(**settings: Any) -> dict[str, Any]:
    return {"nodes": {"only": {"routine": "test_pass"}}, "connections": [], "settings": settings}


def test_it_tells_what_a_job_would_do(as_bob: Client, orders: FlowPrototype) -> None:
    before = rows()

    response = post(as_bob, TRY, {"input": {"n": 1}, "outputs": SENDS})

    assert (response.status_code, response.json()["outcome"]) == (200, "completed")
    assert response.json()["result"] == {"second.output": [{"n": 6}, {"n": 7}]}
    assert rows() == before


def test_it_tries_overrides_and_errors(as_bob: Client, orders: FlowPrototype) -> None:
    retry = {"strategy": "retry", "max_retries": 1, "retry_delay": 5}
    body = {"input": {"n": 1}, "errors": {"first": "TimeoutError"}, "overrides": {"settings": {"error_handler": retry}}}

    answer = post(as_bob, TRY, body).json()

    assert (answer["outcome"], answer["simulated_seconds"]) == ("completed", 5.0)
    assert [step["attempt"] for step in answer["steps"] if step["node"] == "first"] == [1, 2]


def test_it_tries_a_document_that_is_not_saved(as_bob: Client, orders: FlowPrototype) -> None:
    before = rows()

    answer = post(as_bob, TRY, {"input": {}, "document": draft(), "outputs": {"only": {"output": {"n": 2}}}}).json()

    assert answer["result"] == {"only.output": [{"n": 2}]}
    assert rows() == before


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"input": {"n": -1}}, 422, "/input/n"),
        ({"input": {"n": 1}, "entry": "zz"}, 400, "/entry"),
        ({"input": {"n": 1}, "outputs": {"zz": {}}}, 422, "/outputs/zz"),
        ({"input": {"n": 1}, "outputs": {"first": {"zz": {}}}}, 422, "/outputs/first/zz"),
        ({"input": {"n": 1}, "outputs": {"first": {"output": 5}}}, 422, "/outputs/first/output"),
        ({"input": {"n": 1}, "errors": {"first": ["Oops"]}}, 422, "/errors/first/0"),
        ({"input": {"n": 1}, "errors": []}, 422, "/errors"),
        ({"input": {"n": 1}, "overrides": {"nodes": {"zz": {"timeout": 1}}}}, 400, "/overrides/nodes/zz"),
        ({"input": {"n": 1}, "document": draft(max_workers=0)}, 400, "/document/settings/max_workers"),
    ],
)
def test_it_points_at_what_it_refuses(
    as_bob: Client, orders: FlowPrototype, body: Any, status: int, pointer: str
) -> None:
    response = post(as_bob, TRY, body)

    assert (response.status_code, pointers(response)) == (status, [pointer])


def test_it_is_open_to_tokens_for_the_flow_but_not_for_other_documents(bob: User, orders: FlowPrototype) -> None:
    client = bearer(create_token(user=bob, name="n", flow_names=["orders"]).text)

    assert post(client, TRY, {"input": {"n": 1}}).status_code == 200
    assert refusal(post(client, TRY, {"input": {"n": 1}, "document": draft()})) == (403, "permission-denied")
