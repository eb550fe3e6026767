from __future__ import annotations

from typing import Any

import pytest

from templates_app import services, stored, wiring
from templates_app.merging import Change, merge
from templates_app.models import FlowPrototype
from templates_app.refusals import StaleVersion
from templates_app.stored import Form
from tests.templates_app.conftest import pipeline


def merge_documents(flow: FlowPrototype, read: Form, ours: Form) -> tuple[dict[str, Any], list[Change]]:
    """What a second editor would save who had `read` one document and then written another, and the conflicts."""
    merged = merge(stored.form_of_document(read), stored.form_of(flow), stored.form_of_document(ours))
    return stored.document_of_form(merged.form), [change for change in merged.changes if change.kind == "conflict"]


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
    document, conflicts = merge_documents(flow, read, second)
    services.update_flow(flow, document=document, version=2)
    assert set(flow.nodes.values_list("node_id", flat=True)) == {"first", "second", "third", "fourth"}
    assert (flow.connections.count(), flow.own, conflicts) == (3, {"timeout": 5, "max_workers": 2}, [])


def test_it_lets_the_second_editor_keep_a_text_and_see_the_other(flow: FlowPrototype) -> None:
    read = wiring.document_of(flow)
    services.update_flow(flow, document=pipeline(timeout=5), version=1)
    document, conflicts = merge_documents(flow, read, pipeline(timeout=9))
    assert document["settings"] == {"timeout": 9}
    assert [(found.path, found.theirs, found.ours) for found in conflicts] == [("timeout", 5, 9)]


def test_it_merges_the_overrides_of_a_variant(flow: FlowPrototype) -> None:
    other = services.create_variant(flow, name="eu", overrides={"nodes": {"first": {"timeout": 1}}})
    read = wiring.document_of(other)
    services.update_flow(other, document={"nodes": {"second": {"timeout": 2}}}, version=1)
    document, _ = merge_documents(other, read, {**read, "settings": {"max_workers": 3}})
    assert document == {"settings": {"max_workers": 3}, "nodes": {"second": {"timeout": 2}}}
