from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.api.calls import etag, get, refusal
from tests.engine import make_flow


def test_it_tells_what_a_routine_stores_and_has(as_bob: Client, fast: RoutinePrototype) -> None:
    body = get(as_bob, "routines/fast").json()

    assert (body["document"], body["base"], body["class_key"]) == (
        {"config": {"count": 5}},
        "test_spread",
        "test_spread",
    )
    assert (body["slots"], body["events"], body["variant_of"]) == (["input"], ["output"], None)
    assert (body["version"], body["rules"], body["problems"]) == (1, {}, [])


def test_it_tells_what_a_flow_stores(as_bob: Client, report: FlowPrototype) -> None:
    assert get(as_bob, "flows/report").json()["document"] == {
        "settings": {"max_workers": 4},
        "nodes": {"a": {"routine": "fast"}, "b": {"routine": "test_pass"}},
        "connections": [["a.output", "b.input"]],
    }


def test_it_hides_the_document_from_who_may_only_trigger(as_alice: Client, alice: User, report: FlowPrototype) -> None:
    alice.user_permissions.set(alice.user_permissions.filter(codename="trigger_flowprototype"))

    body = get(as_alice, "flows/report").json()

    assert (body["runnable"], body["document"], body["rules"]) == (True, None, None)


def test_it_answers_304_until_something_changes(as_bob: Client, report: FlowPrototype, fast: RoutinePrototype) -> None:
    tag = etag(as_bob, "flows/report")
    assert get(as_bob, "flows/report", if_none_match=tag).status_code == 304

    services.update_routine(fast, own={"config": {"count": 6}}, version=1)

    assert get(as_bob, "flows/report", if_none_match=tag).status_code == 200


def test_it_names_the_routines_that_are_there(as_bob: Client, fast: RoutinePrototype) -> None:
    response = get(as_bob, "routines/fats")

    assert refusal(response) == (404, "unknown-routine")
    assert "Accepted: fast" in response.json()["detail"]


def test_it_knows_a_flow_by_its_own_address_only(as_bob: Client, report: FlowPrototype) -> None:
    assert refusal(get(as_bob, "routines/report")) == (404, "unknown-routine")
    assert refusal(get(as_bob, "flows/fast")) == (404, "unknown-flow")


@pytest.mark.parametrize(("nodes", "kind"), [(1, "flows"), (12, "flows"), (1, "routines"), (12, "routines")])
def test_it_reads_in_constant_queries(
    as_bob: Client, fast: RoutinePrototype, django_assert_num_queries: DjangoAssertNumQueries, nodes: int, kind: str
) -> None:
    make_flow("big", {f"n{number}": "fast" for number in range(nodes)})

    # session, user, permissions of the user and of groups; the row; then its chain, nodes, connections, routines
    with django_assert_num_queries(9 if kind == "flows" else 6):
        get(as_bob, "flows/big" if kind == "flows" else "routines/fast")
