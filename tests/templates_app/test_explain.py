from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routilux_site.lib import strict_json
from templates_app import selectors, services
from templates_app.explain import Row, explain
from templates_app.fieldpaths import ABSENT
from templates_app.models import FlowPrototype, Prototype, RoutinePrototype
from tests.templates_app.test_query_counts import SIZES, world


def row(prototype: Prototype, path: str) -> Row:
    return next(found for found in explain(prototype) if found.path == path)


def test_it_tells_the_layer_that_set_a_value_and_what_every_layer_says(fetcher: RoutinePrototype) -> None:
    slow = services.create_variant(fetcher, name="slow", overrides={"config": {"retries": 1}})
    found = row(slow, "config.timeout")
    assert (found.value, found.origin, found.state) == (60, "fetcher", "inherited")
    assert [(one.layer, one.value) for one in found.layers] == [("t_fetch", 30), ("fetcher", 60), ("slow", ABSENT)]
    assert row(slow, "config.retries").state == "overridden"


def test_it_tells_absent_from_null(fetcher: RoutinePrototype) -> None:
    slow = services.create_variant(fetcher, name="slow", overrides={"policy": None})
    assert (row(slow, "policy").value, row(slow, "policy").origin) == (None, "slow")
    assert row(slow, "logic").to_json() | {"layers": []} == {
        "path": "logic",
        "set": False,
        "layer": None,
        "state": "inherited",
        "locked_by": None,
        "layers": [],
        "rule": None,
        "rules": [],
        "problem": None,
    }
    assert [layer["set"] for layer in row(slow, "policy").to_json()["layers"]] == [False, False, True]


def test_it_tells_who_locks_a_field_and_what_is_accepted(fetcher: RoutinePrototype) -> None:
    slow = services.create_variant(fetcher, name="slow", overrides={"config": {"retries": 9}})
    services.set_rule(fetcher, path="config.timeout", rule={"locked": True})
    services.set_rule(fetcher, path="config.retries", rule={"max": 5})
    locked, broken = row(slow, "config.timeout"), row(slow, "config.retries")
    assert (locked.state, locked.locked_by, locked.rule) == ("locked", "fetcher", {"locked": True})
    assert (broken.state, broken.rule) == ("overridden", {"max": 5})
    assert broken.problem == "9 is not accepted: ‘fetcher’ accepts at most 5 here."


def test_it_shows_a_rule_to_the_prototype_that_sets_it_without_binding_it(fetcher: RoutinePrototype) -> None:
    services.set_rule(fetcher, path="config", rule={"locked": True})
    found = row(fetcher, "config.retries")
    assert (found.state, found.locked_by, found.rule) == ("inherited", "", None)
    assert [(rule.layer, rule.path, rule.binds) for rule in found.rules] == [("fetcher", "config", False)]


def test_it_explains_the_nodes_of_a_flow_through_routines_flow_and_variant(flow: FlowPrototype) -> None:
    services.set_rule(flow, path="nodes.second.timeout", rule={"locked": True})
    other = services.create_variant(flow, name="eu", overrides={"nodes": {"second": {"config": {"timeout": 5}}}})
    found = row(other, "nodes.second.config.retries")
    layers = [(one.layer, one.value) for one in found.layers]
    assert layers == [("t_fetch", 3), ("fetcher", ABSENT), ("orders", 9), ("eu", ABSENT)]
    assert row(other, "nodes.second.timeout").locked_by == "orders"
    assert row(other, "nodes.second.config.timeout").state == "overridden"


def test_it_lists_what_nobody_sets(flow: FlowPrototype) -> None:
    gather = services.create_routine("gather", base="t_gather")
    assert not row(gather, "config.size").is_set
    assert {found.path for found in explain(flow)} >= {"max_workers", "entry", "nodes.first.error_handler"}


def test_it_agrees_with_what_the_flow_means(flow: FlowPrototype) -> None:
    services.create_variant(flow, name="eu", overrides={"nodes": {"first": {"config": {"verbose": True}}}})
    other = Prototype.objects.get(name="eu")
    config = selectors.resolved_flow(other).nodes["first"].effective.values["config"]
    assert {key: row(other, f"nodes.first.config.{key}").value for key in config} == config


def test_it_can_be_sent_as_json(flow: FlowPrototype) -> None:
    services.set_rule(flow, path="max_workers", rule={"min": 1})
    told: list[dict[str, Any]] = [found.to_json() for found in explain(flow)]
    strict_json.check(told)
    assert [found["path"] for found in told] == [found.path for found in explain(flow)]


@SIZES
@pytest.mark.parametrize("name", ["deepest", "routine"])
def test_it_asks_as_often_for_much_as_for_little(db: None, nodes: int, variants: int, depth: int, name: str) -> None:
    deepest = world(nodes, variants, depth)
    subject = deepest if name == "deepest" else Prototype.objects.get(name="fetcher")
    with CaptureQueriesContext(connection) as queries:
        explain(subject)
    assert len(queries) == (4 if name == "deepest" else 1)
