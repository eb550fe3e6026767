from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from templates_app.models import FlowPrototype, Prototype, RoutinePrototype
from tests.api.calls import get, pointers, post, refusal

DOCUMENT = {
    "nodes": {"a": {"routine": "test_spread", "config": {"count": 2}}, "b": {"routine": "test_pass"}},
    "connections": [["a.output", "b.input"]],
    "settings": {"max_workers": 2},
}

NO_ROUTINE = {"nodes": {"a": {"routine": "nope"}}}


def test_it_creates_a_flow_and_says_where_it_is(as_bob: Client, bob: User) -> None:
    response = post(as_bob, "flows", {"name": "new", "document": DOCUMENT, "tags": ["x"], "description": "Words."})

    flow = FlowPrototype.objects.get(name="new")
    assert (response.status_code, response["Location"]) == (201, "http://testserver/api/v1/flows/new")
    assert (flow.created_by, flow.tags, flow.description, flow.is_runnable) == (bob, ["x"], "Words.", True)
    assert response.json() == get(as_bob, "flows/new").json()


def test_it_creates_a_routine(as_bob: Client) -> None:
    response = post(as_bob, "routines", {"name": "new", "base": "test_spread", "document": {"config": {"count": 2}}})

    assert (response.status_code, response["ETag"]) == (201, get(as_bob, "routines/new")["ETag"])
    assert RoutinePrototype.objects.get(name="new").own == {"config": {"count": 2}}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/name", "required"),
        ({"name": "a b"}, "/name", "invalid-name"),
        ({"name": 5}, "/name", "invalid"),
        ({"name": "n", "document": None}, "/document", "null"),
        ({"name": "n", "document": []}, "/document", "invalid-value"),
        (
            {"name": "n", "document": {"settings": {"max_workers": 0}}},
            "/document/settings/max_workers",
            "invalid-value",
        ),
        ({"name": "n", "document": {"nodes": {"a": {}}}}, "/document/nodes/a/routine", "missing"),
        (
            {"name": "n", "document": {"nodes": {"a": {"routine": "no"}}}},
            "/document/nodes/a/routine",
            "unknown-routine",
        ),
        ({"name": "n", "document": {"wires": []}}, "/document/wires", "unknown-field"),
        ({"name": "n", "owner": "me"}, "/owner", "unknown-field"),
        ({"name": "n", "tags": [1]}, "/tags/0", "invalid"),
        ({"name": "n", "category": "x" * 101}, "/category", "max-length"),
    ],
)
def test_it_refuses_a_bad_flow_and_points_at_it(as_bob: Client, body: Any, pointer: str, code: str) -> None:
    response = post(as_bob, "flows", {"document": DOCUMENT, **body})

    assert response.status_code == 400
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in response.json()["errors"]]
    assert not FlowPrototype.objects.exists()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"base": "nope"}, "/base"),
        ({"document": {"config": {"count": -1}}}, "/document/config/count"),
        ({"document": {"config": {"cuont": 1}}}, "/document/config/cuont"),
        ({"document": {"policy": {"type": "no"}}}, "/document/policy/type"),
        ({"document": {"slots": {"input": {"capacity": 0}}}}, "/document/slots/input/capacity"),
    ],
)
def test_it_refuses_a_bad_routine_and_points_at_it(as_bob: Client, body: Any, pointer: str) -> None:
    response = post(as_bob, "routines", {"name": "n", "base": "test_spread", **body})

    assert (response.status_code, pointers(response)) == (400, [pointer])


def test_it_refuses_a_name_that_is_taken(as_bob: Client, fast: RoutinePrototype) -> None:
    response = post(as_bob, "flows", {"name": "FAST", "document": DOCUMENT})

    assert (refusal(response), pointers(response)) == ((409, "name-taken"), ["/name"])


def test_it_previews_without_writing(as_bob: Client, db: None) -> None:
    response = post(as_bob, "flows?preview=true", {"name": "new", "document": DOCUMENT})

    assert (response.status_code, response.json()["result"]["name"]) == (200, "new")
    assert [moved["flow"] for moved in response.json()["impact"]["moved"]] == ["new"]
    assert not Prototype.objects.filter(name="new").exists()


def test_it_refuses_who_may_not_add(as_alice: Client, alice: User) -> None:
    alice.user_permissions.remove(*alice.user_permissions.filter(codename="add_flowprototype"))

    assert refusal(post(as_alice, "flows", {"name": "new", "document": DOCUMENT})) == (403, "permission-denied")
    assert post(as_alice, "routines", {"name": "new", "base": "test_pass"}).status_code == 201
