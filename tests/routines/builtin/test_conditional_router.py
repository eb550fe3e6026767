from __future__ import annotations

from typing import Any

from templates_app.routines import config_errors
from templates_app.routines.builtin.conditional_router import ConditionalRouter
from tests.routines.helpers import run_builtin


def route(name: str, op: str, value: Any) -> dict[str, Any]:
    return {"name": name, "when": {"path": "n", "op": op, "value": value}}


ROUTES = [route("large", "gt", 10), route("even", "in", [2, 12]), route("large", "eq", 12)]


def taken(n: Any, **config: Any) -> list[tuple[str, str]]:
    emissions = run_builtin("conditional_router", [{"n": n}], {"routes": ROUTES, **config})
    return [(event, payload["route"]) for event, payload in emissions]


def test_it_takes_the_first_route_that_fits() -> None:
    assert taken(12) == [("large", "large")]
    assert taken(2) == [("even", "even")]


def test_it_takes_each_route_that_fits_once() -> None:
    assert taken(12, route_priority="all_matches") == [("large", "large"), ("even", "even")]


def test_it_has_a_way_for_the_others() -> None:
    assert taken(1) == [("output", "unmatched")]
    assert taken("text", default_route="rest") == [("rest", "rest")]


def test_it_has_an_event_for_each_route() -> None:
    ports = ConditionalRouter.ports({"routes": ROUTES, "default_route": "rest"})
    assert [event.name for event in ports.events] == ["large", "even", "rest", "output"]
    assert [slot.name for slot in ports.slots] == ["input"]


def test_it_names_what_is_wrong_with_a_route() -> None:
    config = {"routes": [route("large", "gt", 1), route("so so", "above", 1)]}
    found = config_errors(ConditionalRouter, config)
    assert [detail.path for detail in found] == ["routes.1.name", "routes.1.when.op"]
