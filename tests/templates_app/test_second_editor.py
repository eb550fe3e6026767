from __future__ import annotations

import pytest

from templates_app import services, stored, wiring
from templates_app.models import FlowPrototype
from templates_app.refusals import StaleVersion
from tests.templates_app.conftest import pipeline


def test_it_keeps_the_rows_of_both_editors(flow: FlowPrototype) -> None:
    read = wiring.document_of(flow)
    first, second = pipeline(timeout=5), pipeline(max_workers=2)
    first["nodes"]["third"] = {"routine": "t_fetch"}
    first["connections"].append(["first.failed", "third.requests"])
    second["nodes"]["fourth"] = {"routine": "t_fetch"}
    second["connections"].append(["second.failed", "fourth.requests"])
    services.update_flow(flow, document=first, version=1)
    with pytest.raises(StaleVersion):
        services.update_flow(flow, document=second, version=1)
    document, merged = stored.merge_documents(flow, base=read, ours=second)
    services.update_flow(flow, document=document, version=2)
    assert set(flow.nodes.values_list("node_id", flat=True)) == {"first", "second", "third", "fourth"}
    assert (flow.connections.count(), flow.own, merged.conflicts) == (3, {"timeout": 5, "max_workers": 2}, ())


def test_it_lets_the_second_editor_keep_a_text_and_see_the_other(flow: FlowPrototype) -> None:
    read = wiring.document_of(flow)
    services.update_flow(flow, document=pipeline(timeout=5), version=1)
    document, merged = stored.merge_documents(flow, base=read, ours=pipeline(timeout=9))
    assert document["settings"] == {"timeout": 9}
    assert [(found.path, found.theirs, found.ours) for found in merged.conflicts] == [("timeout", 5, 9)]


def test_it_merges_the_overrides_of_a_variant(flow: FlowPrototype) -> None:
    other = services.create_variant(flow, name="eu", overrides={"nodes": {"first": {"timeout": 1}}})
    read = wiring.document_of(other)
    services.update_flow(other, document={"nodes": {"second": {"timeout": 2}}}, version=1)
    document, _ = stored.merge_documents(other, base=read, ours={**read, "settings": {"max_workers": 3}})
    assert document == {"settings": {"max_workers": 3}, "nodes": {"second": {"timeout": 2}}}
