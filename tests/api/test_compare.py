from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from templates_app import services
from templates_app.models import FlowPrototype
from tests.api.calls import get, pointers, post, refusal, send


@pytest.fixture
def changed(report: FlowPrototype, as_bob: Client) -> FlowPrototype:
    send(as_bob, "PATCH", "flows/report", {"set": {"max_workers": 9}}, if_match="*")
    return report


def test_it_compares_a_revision_with_today(as_bob: Client, changed: FlowPrototype) -> None:
    body = get(as_bob, "templates/compare?a=report@1&b=report").json()

    assert (body["a"], body["b"], body["summary"]) == ("report@1", "report", "1 setting changed")
    assert [(row["path"], row["before"], row["after"]) for row in body["differences"]] == [("max_workers", 4, 9)]
    assert body["patch"] == [{"op": "replace", "path": "/max_workers", "value": 9}]


def test_it_compares_a_variant_with_its_parent(as_bob: Client, report: FlowPrototype) -> None:
    services.create_variant(report, name="eu", overrides={"nodes": {"a": {"config": {"count": 9}}}})

    found = get(as_bob, "templates/compare?a=report&b=eu").json()["differences"]

    assert [row["pointer"] for row in found] == ["/nodes/a/config/count"]


def test_it_compares_with_a_text(as_bob: Client, report: FlowPrototype) -> None:
    text = "flow_id: report\nroutines: {a: {class: fast}, b: {class: test_pass}}\nconnections: []\n"

    body = post(as_bob, "templates/compare", {"a": "report", "text": text}).json()

    assert {row["subject"] for row in body["differences"]} == {"connection", "setting"}
    assert FlowPrototype.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "status", "pointer"),
    [
        ("a=report&b=nope", 404, "/b"),
        ("a=report@9&b=report", 404, "/a"),
        ("a=report&b=fast", 400, "/b"),
        ("a=report", 400, "/b"),
        ("a=report&b=revision:99999999999999999999", 404, "/b"),
        ("a=%00&b=report", 400, "/a"),
        ("a=report&b=report&c=x", 400, "/c"),
    ],
)
def test_it_refuses_what_cannot_be_compared(
    as_bob: Client, report: FlowPrototype, query: str, status: int, pointer: str
) -> None:
    response = get(as_bob, f"templates/compare?{query}")

    assert (response.status_code, pointers(response)) == (status, [pointer])


@pytest.mark.parametrize("text", ["", "{", "a: &x 1", "flow_id: other\nroutines: {a: {class: nope}}"])
def test_it_refuses_a_text_that_is_none(as_bob: Client, report: FlowPrototype, text: Any) -> None:
    response = post(as_bob, "templates/compare", {"a": "report", "text": text})

    assert response.status_code == 400
    assert set(pointers(response)) == {"/text"}


def test_it_compares_only_what_the_caller_may_see(as_alice: Client, alice: User, report: FlowPrototype) -> None:
    alice.user_permissions.remove(*alice.user_permissions.filter(codename="view_flowprototype"))

    assert refusal(get(as_alice, "templates/compare?a=report&b=report@1")) == (404, "unknown-template")
    assert get(as_alice, "templates/compare?a=fast&b=test_spread").status_code == 200


def test_it_compares_in_constant_queries(
    as_bob: Client, changed: FlowPrototype, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(6):  # session, user, permissions of the user and of groups; flows, revisions
        get(as_bob, "templates/compare?a=report@1&b=report")
