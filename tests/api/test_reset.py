from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from templates_app import services
from templates_app.models import FlowPrototype
from tests.api.calls import pointers, post, refusal


@pytest.fixture
def eu(report: FlowPrototype) -> FlowPrototype:
    overrides = {"settings": {"timeout": 9}, "nodes": {"a": {"config": {"count": 9}, "timeout": 3}}}
    return services.create_variant(report, name="eu", overrides=overrides)


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("timeout", {"settings": {}, "nodes": {"a": {"config": {"count": 9}, "timeout": 3}}}),
        ("nodes.a.config.count", {"settings": {"timeout": 9}, "nodes": {"a": {"timeout": 3}}}),
        ("nodes.a", {"settings": {"timeout": 9}, "nodes": {}}),
    ],
)
def test_it_lets_a_field_be_inherited(as_bob: Client, eu: FlowPrototype, path: str, left: Any) -> None:
    response = post(as_bob, "flows/eu/reset", {"path": path})

    assert (response.status_code, response.json()["document"]) == (200, left)


@pytest.mark.parametrize("body", [{"path": "max_workers"}, {"path": ".."}, {}, {"path": 5}, {"path": "x" * 1001}])
def test_it_refuses_what_is_not_overridden(as_bob: Client, eu: FlowPrototype, body: Any) -> None:
    response = post(as_bob, "flows/eu/reset", body)

    assert (response.status_code, pointers(response)) == (400, ["/path"])


def test_it_refuses_a_class_and_an_archived_flow(as_bob: Client, eu: FlowPrototype) -> None:
    services.archive(eu)

    assert refusal(post(as_bob, "flows/eu/reset", {"path": "timeout"})) == (409, "read-only")
    assert refusal(post(as_bob, "routines/test_pass/reset", {"path": "timeout"})) == (409, "read-only")
