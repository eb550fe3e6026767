from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routilux_site.lib import strict_json
from templates_app import selectors, services
from templates_app.models import FlowPrototype, RoutinePrototype
from templates_app.naming import About
from tests.templates_app.conftest import pipeline


def shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        items = list(value.items())
        chance.shuffle(items)
        return {key: shuffled(child, chance) for key, child in items}
    return value


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_it_does_not_depend_on_the_order_of_keys(flow: FlowPrototype, chance: random.Random) -> None:
    document = pipeline(timeout=5, max_workers=2)
    services.update_flow(flow, document=document, version=flow.version)
    before = selectors.effective_spec(flow).hash
    services.update_flow(flow, document=shuffled(document, chance), version=flow.version)
    assert selectors.effective_spec(flow).hash == before


def test_it_does_not_depend_on_names_and_words(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    before = flow.head_id
    about = About(name="renamed", description="words", category="c", tags=("t",))
    services.update_flow(flow, document=pipeline(), version=1, about=about)
    about = About(name="renamed-too", description="words")
    services.update_routine(fetcher, own=fetcher.own, version=1, about=about)
    flow.refresh_from_db()
    assert (flow.name, flow.head_id) == ("renamed", before)


def test_it_is_over_the_stored_bytes(flow: FlowPrototype) -> None:
    from hashlib import sha256

    assert flow.head is not None
    assert sha256(flow.head.canonical.encode()).hexdigest() == flow.head.hash
    assert flow.head.spec.canonical == flow.head.canonical


@pytest.mark.parametrize("change", [{"timeout": 9}, {"keep_open": True}, {"error_handler": {"strategy": "skip"}}])
def test_it_changes_with_a_setting(flow: FlowPrototype, change: dict[str, Any]) -> None:
    before = flow.head_id
    services.update_flow(flow, document=pipeline(**change), version=1)
    assert flow.head_id != before


def test_it_puts_the_canonical_text_together_as_it_is_defined(flow: FlowPrototype) -> None:
    services.update_flow(flow, document=pipeline(timeout=5, input_schema={"nodes": None, "é": [1.0]}), version=1)
    spec = selectors.effective_spec(flow)
    assert spec.canonical == strict_json.canonical(spec.to_json())
    assert all(node.canonical == strict_json.canonical(node.to_json()) for node in spec.nodes.values())
