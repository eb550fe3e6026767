from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.api.calls import get, refusal


def names(client: Client, query: str = "") -> list[str]:
    return [found["name"] for found in get(client, f"routines{query}").json()["results"]]


def test_it_lists_classes_and_prototypes_by_name(as_bob: Client, fast: RoutinePrototype) -> None:
    found = names(as_bob, "?limit=200")

    assert {"fast", "test_spread", "mapper"} <= set(found)
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("query", "expected"),
    [("?base=test_spread", ["fast"]), ("?category=sums", ["sum"]), ("?tag=new", ["sum"]), ("?tag=ne", [])],
)
def test_it_filters(as_bob: Client, fast: RoutinePrototype, query: str, expected: list[str]) -> None:
    services.create_routine("sum", base="test_pass", about=services.About(category="sums", tags=("new", "x")))

    assert names(as_bob, query) == expected


def test_it_lists_archived_ones_when_asked(as_bob: Client, fast: RoutinePrototype) -> None:
    services.archive(fast)

    assert names(as_bob, "?archived=true") == ["fast"]
    assert "fast" not in names(as_bob, "?limit=200")


def test_it_lists_variants_of_a_flow(as_bob: Client, report: FlowPrototype) -> None:
    services.create_variant(report, name="report-eu")

    found = get(as_bob, "flows?base=report").json()["results"]

    assert [(flow["name"], flow["variant_of"]) for flow in found] == [("report-eu", "report")]


@pytest.mark.parametrize(
    "query", ["?kind=x", "?archived=maybe", "?limit=0", "?cursor=x", "?tag=%00", "?tag=", "?tag=a&tag=b"]
)
def test_it_refuses_a_bad_query(as_bob: Client, db: None, query: str) -> None:
    assert get(as_bob, f"routines{query}").status_code == 400


def test_it_lists_in_constant_queries(as_bob: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(5):
        services.create_routine(f"r{number}", base="test_pass")

    with django_assert_num_queries(5):  # session, user, permissions of the user and of groups; routines
        get(as_bob, "routines")


def test_it_is_not_for_who_may_only_trigger(as_alice: Client, alice: object, fast: RoutinePrototype) -> None:
    as_alice.get("/")
    alice.user_permissions.set(alice.user_permissions.filter(codename="trigger_flowprototype"))  # type: ignore[attr-defined]

    assert refusal(get(as_alice, "routines")) == (403, "permission-denied")
    assert refusal(get(as_alice, "routines/fast")) == (403, "permission-denied")
