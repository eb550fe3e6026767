from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from templates_app.models import FlowPrototype, Prototype, RoutinePrototype
from tests.api.calls import get, pointers, post, refusal


def test_it_makes_a_flow_that_inherits(as_bob: Client, bob: User, report: FlowPrototype) -> None:
    overrides = {"settings": {"max_workers": 1}, "nodes": {"a": {"config": {"count": 9}}}}

    response = post(as_bob, "flows/report/variants", {"name": "eu", "overrides": overrides, "category": "europe"})

    made = FlowPrototype.objects.get(name="eu")
    assert (response.status_code, response["Location"]) == (201, "http://testserver/api/v1/flows/eu")
    assert (made.parent_id, made.created_by, made.category) == (report.pk, bob, "europe")
    assert response.json()["document"] == {"settings": {"max_workers": 1}, "nodes": {"a": {"config": {"count": 9}}}}


def test_it_makes_a_routine_that_inherits(as_bob: Client, fast: RoutinePrototype) -> None:
    post(as_bob, "routines/fast/variants", {"name": "slow", "overrides": {"timeout": 60}})

    body = get(as_bob, "routines/slow").json()
    assert (body["variant_of"], body["base"], body["document"]) == ("fast", "fast", {"timeout": 60})


def test_it_makes_a_prototype_of_a_class(as_bob: Client, db: None) -> None:
    post(as_bob, "routines/test_pass/variants", {"name": "mine"})

    assert (get(as_bob, "routines/mine").json()["variant_of"], get(as_bob, "routines/mine").json()["base"]) == (
        None,
        "test_pass",
    )


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "n", "overrides": {"settings": {"max_workers": "x"}}}, "/overrides/settings/max_workers"),
        ({"name": "n", "overrides": {"nodes": {"a": {"config": {"count": -1}}}}}, "/overrides/nodes/a/config/count"),
        ({"name": "n", "overrides": {"nodes": {"zz": {"timeout": 1}}}}, "/overrides/nodes/zz"),
        ({"name": "n", "overrides": {"connections": []}}, "/overrides/connections"),
        ({"name": "n", "overrides": 7}, "/overrides"),
        ({"overrides": {}}, "/name"),
        ({"name": "-"}, "/name"),
    ],
)
def test_it_refuses_bad_overrides_and_points_at_them(
    as_bob: Client, report: FlowPrototype, body: Any, pointer: str
) -> None:
    response = post(as_bob, "flows/report/variants", body)

    assert (response.status_code, pointers(response)) == (400, [pointer])
    assert Prototype.objects.filter(parent=report.pk).count() == 0


def test_it_refuses_who_may_not_clone(as_alice: Client, alice: User, report: FlowPrototype) -> None:
    alice.user_permissions.remove(*alice.user_permissions.filter(codename="clone_flowprototype"))

    assert refusal(post(as_alice, "flows/report/variants", {"name": "eu"})) == (403, "permission-denied")
    assert post(as_alice, "routines/fast/variants", {"name": "slow"}).status_code == 201


def test_it_knows_no_such_flow(as_bob: Client, report: FlowPrototype) -> None:
    assert refusal(post(as_bob, "flows/nope/variants", {"name": "eu"})) == (404, "unknown-flow")
