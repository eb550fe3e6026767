"""How many queries a verb takes does not depend on how much there is."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from templates_app import selectors, services
from templates_app.models import FlowPrototype, RoutinePrototype


def chain(length: int) -> dict[str, Any]:
    nodes = {f"n{i}": {"routine": "fetcher"} for i in range(length)}
    connections = [[f"n{i}.fetched", f"n{i + 1}.requests"] for i in range(length - 1)]
    return {"nodes": nodes, "connections": connections}


def world(nodes: int, variants: int, depth: int) -> FlowPrototype:
    services.create_routine("fetcher", base="t_fetch")
    flow = services.create_flow("f", document=chain(nodes))
    for i in range(variants):
        services.create_variant(flow, name=f"v{i}", overrides={"settings": {"timeout": i + 1}})
    deepest = flow
    for i in range(depth):
        deepest = services.create_variant(deepest, name=f"d{i}")
    return deepest


SIZES = pytest.mark.parametrize(("nodes", "variants", "depth"), [(5, 1, 1), (50, 8, 6)])


@SIZES
def test_it_resolves_a_flow(db: None, nodes: int, variants: int, depth: int) -> None:
    flow = world(nodes, variants, depth)
    with CaptureQueriesContext(connection) as queries:
        selectors.effective_spec(flow)
    assert len(queries) == 4


@SIZES
def test_it_updates_a_routine_and_all_that_depends_on_it(db: None, nodes: int, variants: int, depth: int) -> None:
    world(nodes, variants, depth)
    fetcher = RoutinePrototype.objects.get(name="fetcher")
    with CaptureQueriesContext(connection) as queries:
        services.update_routine(fetcher, own={"config": {"timeout": 5}}, version=1)
    assert len(queries) == 14


@SIZES
def test_it_updates_a_flow_and_its_variants(db: None, nodes: int, variants: int, depth: int) -> None:
    world(nodes, variants, depth)
    flow = FlowPrototype.objects.get(name="f")
    with CaptureQueriesContext(connection) as queries:
        services.update_flow(flow, document={**chain(nodes), "settings": {"max_workers": 2}}, version=1)
    assert len(queries) == 21
