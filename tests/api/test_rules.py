from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.api.calls import get, pointers, refusal, send


def put(client: Client, body: Any, path: str = "routines/fast/rules") -> Any:
    return send(client, "PUT", path, body)


def test_it_bounds_locks_and_frees_a_field(as_bob: Client, fast: RoutinePrototype) -> None:
    bounded = put(as_bob, {"path": "config.count", "rule": {"min": 1, "max": 9}})
    assert bounded.json()["rules"] == get(as_bob, "routines/fast/rules").json()["rules"]
    assert bounded.json()["rules"] == {"config.count": {"min": 1, "max": 9}}

    assert put(as_bob, {"path": "config.count", "rule": None}).json()["rules"] == {}


def test_it_makes_what_breaks_it_visibly_invalid(as_bob: Client, report: FlowPrototype) -> None:
    services.create_variant(report, name="eu", overrides={"settings": {"max_workers": 9}})

    put(as_bob, {"path": "max_workers", "rule": {"locked": True}}, "flows/report/rules")

    body = get(as_bob, "flows/eu").json()
    assert (body["runnable"], [problem["code"] for problem in body["problems"]]) == (False, ["locked"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"path": "config.count", "rule": {}}, "/rule"),
        ({"path": "config.count", "rule": {"locked": False}}, "/rule"),
        ({"path": "config.count", "rule": {"min": 9, "max": 1}}, "/rule/min"),
        ({"path": "config.count", "rule": "x"}, "/rule"),
        ({"path": "config.count"}, "/rule"),
        ({"path": "config.cuont", "rule": {"locked": True}}, "/path"),
        ({"path": "config", "rule": {"min": 1}}, "/path"),
        ({"path": "", "rule": None}, "/path"),
    ],
)
def test_it_refuses_what_is_no_rule(as_bob: Client, fast: RoutinePrototype, body: Any, pointer: str) -> None:
    response = put(as_bob, body)

    assert (response.status_code, pointers(response)) == (400, [pointer])


def test_it_lets_readers_only_read(as_alice: Client, alice: User, fast: RoutinePrototype) -> None:
    alice.user_permissions.remove(*alice.user_permissions.filter(codename="change_routineprototype"))

    assert get(as_alice, "routines/fast/rules").status_code == 200
    assert refusal(put(as_alice, {"path": "config.count", "rule": None})) == (403, "permission-denied")
