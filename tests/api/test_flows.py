from __future__ import annotations

from typing import Any

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from templates_app import services
from templates_app.models import FlowPrototype
from tests.api.calls import get, refusal
from tests.api.conftest import SCHEMA
from tests.engine import make_flow


def listed(client: Client, query: str = "") -> list[str]:
    return [flow["name"] for flow in get(client, f"flows{query}").json()["results"]]


def test_it_lists_flows_by_name_without_archived_ones(as_bob: Client, orders: FlowPrototype) -> None:
    services.archive(make_flow("gone", {"a": "test_pass"}))
    make_flow("bills", {"a": "test_pass"})

    assert listed(as_bob) == ["bills", "orders"]


def test_it_pages_by_name(as_bob: Client, orders: FlowPrototype) -> None:
    make_flow("bills", {"a": "test_pass"})

    first = get(as_bob, "flows?limit=1").json()

    assert [flow["name"] for flow in first["results"]] == ["bills"]
    assert [flow["name"] for flow in as_bob.get(first["next"]).json()["results"]] == ["orders"]


def test_it_lists_in_constant_queries(
    as_bob: Client, orders: FlowPrototype, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        services.create_variant(orders, name=f"v{number}", overrides={"settings": {"timeout": number + 1}})

    with django_assert_num_queries(5):  # session, user, permissions of the user and of groups; flows
        get(as_bob, "flows")


def test_it_reads_a_flow(as_bob: Client, orders: FlowPrototype) -> None:
    body = get(as_bob, "flows/orders").json()

    assert (body["name"], body["entry"], body["input_schema"]) == ("orders", "first.input", SCHEMA)
    assert (body["runnable"], body["problems"], body["revision"]["number"]) == (True, [], 1)


def test_it_names_the_parent_of_a_variant(as_bob: Client, orders: FlowPrototype) -> None:
    services.create_variant(orders, name="orders-eu", overrides={"settings": {"timeout": 9}})

    assert get(as_bob, "flows/orders-eu").json()["variant_of"] == "orders"


def test_it_says_why_a_flow_is_not_runnable(as_bob: Client, orders: FlowPrototype) -> None:
    problem: dict[str, Any] = {"path": "nodes.first", "code": "gone", "message": "It is gone.", "level": "error"}
    FlowPrototype.objects.filter(pk=orders.pk).update(head=None, problems=[problem])

    body = get(as_bob, "flows/orders").json()

    assert (body["runnable"], body["revision"], body["entry"]) == (False, None, None)
    assert body["problems"] == [problem]


def test_it_knows_no_routine_and_no_code_root(as_bob: Client, orders: FlowPrototype) -> None:
    assert refusal(get(as_bob, "flows/test_pass")) == (404, "unknown-flow")


def test_it_refuses_an_unknown_filter(as_bob: Client, orders: FlowPrototype) -> None:
    assert refusal(get(as_bob, "flows?nam=x")) == (400, "validation-error")
