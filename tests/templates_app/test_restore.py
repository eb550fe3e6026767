from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from templates_app import selectors, services
from templates_app.models import FlowPrototype, Revision, RoutinePrototype
from templates_app.refusals import Refused
from tests.templates_app.conftest import pipeline


def head(flow: FlowPrototype) -> Revision:
    flow.refresh_from_db()
    assert flow.head is not None
    return flow.head


def wide() -> dict[str, Any]:
    document = pipeline(timeout=9, max_workers=2, error_handler={"strategy": "skip"})
    document["nodes"]["second"] = {"routine": "t_join", "slots": {"left": {"capacity": 3}}}
    document["nodes"]["third"] = {"routine": "fetcher", "policy": {"type": "immediate"}, "logic": "t_logic"}
    document["connections"] = [
        ["first.fetched", "second.left"],
        ["first.failed", "second.right"],
        ["first.failed", "third.requests"],
    ]
    return document


def test_it_restores_graph_settings_and_nodes_to_the_very_revision(flow: FlowPrototype) -> None:
    first = head(flow)
    services.update_flow(flow, document=wide(), version=1)
    second = head(flow)
    assert services.restore(flow, revision=first)
    assert services.restore(flow, revision=second)
    assert (head(flow), flow.version) == (second, 4)


def test_it_keeps_nodes_on_their_routines_and_overrides_what_has_changed_there(
    flow: FlowPrototype, fetcher: RoutinePrototype
) -> None:
    first = head(flow)
    services.update_routine(fetcher, own={"config": {"timeout": 90, "mode": "careful"}}, version=1)
    assert services.restore(flow, revision=first)
    node = flow.nodes.select_related("routine").get(node_id="first")
    assert (node.routine.name, node.own) == ("fetcher", {"config": {"timeout": 60, "mode": "fast"}})


def test_it_drops_overrides_that_it_does_not_need(flow: FlowPrototype) -> None:
    first = head(flow)
    services.update_flow(flow, document=pipeline(timeout=9, max_workers=3), version=1)
    assert services.restore(flow, revision=first)
    assert flow.own == {}


def test_it_restores_a_variant_by_overrides_only(flow: FlowPrototype) -> None:
    other = services.create_variant(flow, name="eu", overrides={"nodes": {"first": {"config": {"retries": 1}}}})
    first = head(other)
    services.update_flow(
        other, document={"nodes": {"second": {"timeout": 4}}, "settings": {"max_workers": 2}}, version=1
    )
    assert services.restore(other, revision=first)
    assert other.own == {"nodes": {"first": {"config": {"retries": 1}}}}


def test_it_refuses_a_graph_that_the_variant_inherits(flow: FlowPrototype) -> None:
    other = services.create_variant(flow, name="eu")
    first = head(other)
    services.update_flow(flow, document={"nodes": {"first": {"routine": "fetcher"}}}, version=1)
    with pytest.raises(Refused, match="restore ‘orders’, or detach"):
        services.restore(other, revision=first)


def test_it_brings_a_node_back_on_its_class(flow: FlowPrototype) -> None:
    first = head(flow)
    services.update_flow(flow, document={"nodes": {"first": {"routine": "fetcher"}}}, version=1)
    assert services.restore(flow, revision=first)
    assert flow.nodes.select_related("routine").get(node_id="second").routine.name == "t_fetch"


def test_it_minds_the_rules_above(flow: FlowPrototype) -> None:
    other = services.create_variant(flow, name="eu", overrides={"settings": {"max_workers": 50}})
    first = head(other)
    services.reset(other, path="max_workers")
    services.set_rule(flow, path="max_workers", rule={"max": 5})
    with pytest.raises(Refused, match="at most 5"):
        services.restore(other, revision=first)


def test_it_refuses_a_revision_of_another_flow(flow: FlowPrototype) -> None:
    other = services.create_variant(flow, name="eu")
    with pytest.raises(Refused, match="not one of"):
        services.restore(other, revision=head(flow))


def test_it_keeps_a_history_with_author_and_message(flow: FlowPrototype, alice: User) -> None:
    services.update_flow(flow, document=pipeline(timeout=5), version=1, message="Faster.", actor=alice)
    services.restore(flow, revision=flow.revisions.get(number=1), message="Too fast.", actor=alice)
    history = [(one.number, one.message, one.created_by) for one in selectors.history(flow)]
    assert history == [(2, "Faster.", alice), (1, "Created flow 'orders'.", None)]
    assert LogEntry.objects.first().get_change_message() == "Restored revision 1. Too fast."  # type: ignore[union-attr]
