from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.api.calls import get, pointers, post, refusal


@pytest.fixture
def eu(report: FlowPrototype) -> FlowPrototype:
    return services.create_variant(report, name="eu", overrides={"settings": {"max_workers": 1, "timeout": 9}})


def test_it_moves_values_to_the_parent(as_bob: Client, eu: FlowPrototype) -> None:
    response = post(as_bob, "flows/eu/promote", {"paths": ["settings.max_workers"], "message": "Good for all"})

    assert (response.status_code, response.json()["document"]["settings"]) == (200, {"timeout": 9})
    assert get(as_bob, "flows/report").json()["document"]["settings"] == {"max_workers": 1}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"paths": ["timeout", "nodes.a.config.count"]}, "/paths/1"),
        ({"paths": ["a..b"]}, "/paths"),
        ({"paths": []}, "/paths"),
        ({}, "/paths"),
        ({"paths": "timeout"}, "/paths"),
        ({"paths": [None]}, "/paths/0"),
    ],
)
def test_it_refuses_what_is_not_overridden(as_bob: Client, eu: FlowPrototype, body: Any, pointer: str) -> None:
    response = post(as_bob, "flows/eu/promote", body)

    assert (response.status_code, pointers(response)) == (400, [pointer])


def test_it_refuses_to_change_code(as_bob: Client, fast: RoutinePrototype) -> None:
    assert refusal(post(as_bob, "routines/fast/promote", {"paths": ["config.count"]})) == (409, "read-only")


def test_it_refuses_who_may_not_change(as_alice: Client, alice: User, eu: FlowPrototype) -> None:
    alice.user_permissions.remove(*alice.user_permissions.filter(codename="change_flowprototype"))

    assert refusal(post(as_alice, "flows/eu/promote", {"paths": ["timeout"]})) == (403, "permission-denied")
