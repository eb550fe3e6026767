from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.api.calls import get
from tests.engine import make_flow


def explained(client: Client, path: str) -> dict[str, Any]:
    return {row["path"]: row for row in get(client, f"{path}/explain").json()["fields"]}


def test_it_shows_the_layer_that_set_a_field_and_what_every_layer_says(as_bob: Client, report: FlowPrototype) -> None:
    row = explained(as_bob, "flows/report")["nodes.a.config.count"]

    assert (row["value"], row["layer"], row["state"]) == (5, "fast", "inherited")
    assert [(layer["layer"], layer["set"]) for layer in row["layers"]] == [
        ("test_spread", True),
        ("fast", True),
        ("report", False),
    ]


def test_it_tells_absent_from_null(as_bob: Client, report: FlowPrototype) -> None:
    services.create_variant(report, name="eu", overrides={"settings": {"max_workers": None}})

    found = explained(as_bob, "flows/eu")

    assert (found["max_workers"]["value"], found["max_workers"]["state"]) == (None, "overridden")
    assert "value" not in found["timeout"] and found["timeout"]["set"] is False


def test_it_tells_who_locks_a_field(as_bob: Client, fast: RoutinePrototype) -> None:
    services.set_rule(fast, path="config.count", rule={"locked": True})
    services.create_variant(fast, name="faster")

    row = explained(as_bob, "routines/faster")["config.count"]

    assert (row["state"], row["locked_by"], row["rule"]) == ("locked", "fast", {"locked": True})


@pytest.mark.parametrize("nodes", [1, 12])
def test_it_explains_in_constant_queries(
    as_bob: Client, fast: RoutinePrototype, django_assert_num_queries: DjangoAssertNumQueries, nodes: int
) -> None:
    make_flow("big", {f"n{number}": "fast" for number in range(nodes)})

    with django_assert_num_queries(9):
        get(as_bob, "flows/big/explain")
