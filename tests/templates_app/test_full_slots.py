"""What a slot says for when it is full: where it may be said, and that flows which say nothing are as they were."""

from __future__ import annotations

from typing import Any

import pytest

from templates_app import services
from templates_app.models import FlowPrototype
from templates_app.refusals import Refused
from templates_app.resolve import Layer, merge
from templates_app.spec import NodeSpec, SlotSpec
from tests.templates_app.conftest import pipeline


def slots_of(*slots: SlotSpec) -> Any:
    return NodeSpec(id="n", class_key="c", slots=slots).to_json()["slots"]


def test_it_leaves_the_usual_outcome_out_of_the_text_that_is_hashed() -> None:
    assert slots_of(SlotSpec("a", 5, "fail"), SlotSpec("b", 5, "drop")) == [
        {"name": "a", "capacity": 5},
        {"name": "b", "capacity": 5, "when_full": "drop"},
    ]


def test_it_reads_back_what_it_wrote() -> None:
    node = NodeSpec(id="n", class_key="c", slots=(SlotSpec("a", 5), SlotSpec("b", 5, "block")))
    assert NodeSpec.from_json(node.to_json()) == node


def test_it_keeps_what_is_inherited_of_a_slot_when_only_its_capacity_is_overridden() -> None:
    layers = [Layer("base", {"slots": {"a": {"when_full": "drop"}}}), Layer("node", {"slots": {"a": {"capacity": 7}}})]
    assert merge(layers).values["slots"] == {"a": {"when_full": "drop", "capacity": 7}}


def test_it_refuses_another_outcome(flow: FlowPrototype) -> None:
    document = pipeline()
    document["nodes"]["first"]["slots"] = {"requests": {"when_full": "explode"}}
    with pytest.raises(Refused) as refused:
        services.update_flow(flow, document=document, version=1)
    assert '"fail" or "block" or "drop"' in str(refused.value)


def test_it_restores_a_revision_that_failed_where_the_flow_now_drops(flow: FlowPrototype) -> None:
    first = flow.head
    document = pipeline()
    document["nodes"]["first"]["slots"] = {"requests": {"when_full": "drop"}}
    services.update_flow(flow, document=document, version=1)
    flow.refresh_from_db()
    assert flow.head != first and first is not None
    services.restore(flow, revision=first)
    flow.refresh_from_db()
    assert flow.head == first
