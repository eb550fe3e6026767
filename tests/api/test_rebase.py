from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from templates_app.wiring import document_of
from tests.api.calls import get, pointers, post, refusal


@pytest.fixture
def copy(report: FlowPrototype) -> FlowPrototype:
    """Both sides changed max_workers; the origin also has a timeout now."""
    copy = services.duplicate(report, name="copy", overrides={"settings": {"max_workers": 1}})
    document = {**document_of(report), "settings": {"max_workers": 8, "timeout": 60}}
    services.update_flow(report, document=document, version=1)
    return copy


def test_it_tells_what_changed_there_here_and_on_both_sides(as_bob: Client, copy: FlowPrototype) -> None:
    body = get(as_bob, "flows/copy/rebase").json()

    assert (body["origin"], [(change["path"], change["kind"]) for change in body["changes"]]) == (
        "report",
        [("max_workers", "conflict"), ("timeout", "theirs")],
    )
    assert body["changes"][0] == {"path": "max_workers", "kind": "conflict", "base": 4, "theirs": 8, "ours": 1}


def test_it_takes_over_what_changed_there(as_bob: Client, copy: FlowPrototype) -> None:
    response = post(as_bob, "flows/copy/rebase", {"take": {"max_workers": "theirs"}})

    assert response.json()["document"]["settings"] == {"max_workers": 8, "timeout": 60}
    assert get(as_bob, "flows/copy/rebase").json()["changes"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/take/max_workers"),
        ({"take": {"max_workers": "mine"}}, "/take/max_workers"),
        ({"take": {"max_workers": "ours", "entry": "ours"}}, "/take/entry"),
        ({"take": ["max_workers"]}, "/take"),
        ({"take": {"max_workers": {}}}, "/take/max_workers"),
    ],
)
def test_it_needs_a_decision_for_each_conflict(as_bob: Client, copy: FlowPrototype, body: Any, pointer: str) -> None:
    response = post(as_bob, "flows/copy/rebase", body)

    assert (response.status_code, pointers(response)) == (400, [pointer])


def test_it_refuses_what_is_a_copy_of_nothing(as_bob: Client, fast: RoutinePrototype) -> None:
    assert refusal(get(as_bob, "routines/fast/rebase")) == (400, "invalid-template")
    assert pointers(post(as_bob, "routines/fast/rebase")) == ["/origin"]


def test_it_refuses_who_may_not_change(as_alice: Client, alice: User, copy: FlowPrototype) -> None:
    alice.user_permissions.remove(*alice.user_permissions.filter(codename="change_flowprototype"))

    assert refusal(get(as_alice, "flows/copy/rebase")) == (403, "permission-denied")
    assert refusal(post(as_alice, "flows/copy/rebase")) == (403, "permission-denied")
