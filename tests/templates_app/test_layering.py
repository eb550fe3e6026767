from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from templates_app import selectors, services
from templates_app.models import FlowPrototype, RoutinePrototype
from templates_app.refusals import ReadOnly, Refused, StaleVersion
from tests.templates_app.conftest import pipeline


def variant(of: Any, name: str = "eu", **overrides: Any) -> Any:
    return services.create_variant(of, name=name, overrides=overrides)


def test_it_resets_one_field_of_a_variant_and_keeps_the_others(fetcher: RoutinePrototype) -> None:
    slow = variant(fetcher, config={"timeout": 90, "retries": 1})
    services.reset(slow, path="config.timeout")
    slow.refresh_from_db()
    assert slow.own == {"config": {"retries": 1}}
    assert selectors.resolved_routine(slow).effective.values["config"]["timeout"] == 60


def test_it_resets_what_a_root_flow_sets_on_a_node_and_in_its_settings(flow: FlowPrototype) -> None:
    services.update_flow(flow, document=pipeline(max_workers=2), version=1)
    services.reset(flow, path="nodes.second.config.retries")
    services.reset(flow, path="settings.max_workers")
    assert (flow.own, flow.nodes.get(node_id="second").own) == ({}, {})
    assert flow.version == 4


def test_it_resets_all_overrides_of_one_node(flow: FlowPrototype) -> None:
    other = variant(flow, nodes={"first": {"config": {"retries": 1}, "timeout": 5}, "second": {"timeout": 5}})
    services.reset(other, path="nodes.first")
    assert other.own == {"nodes": {"second": {"timeout": 5}}}


@pytest.mark.parametrize("path", ["config.timeout", "nodes.first.routine", "connections", "nodes", "", "a[", '["\\x"]'])
def test_it_refuses_to_reset_what_is_not_set_here(flow: FlowPrototype, path: str) -> None:
    services.update_flow(
        flow, document={**pipeline(), "nodes": {"first": {"routine": "fetcher"}}, "connections": []}, version=1
    )
    with pytest.raises(Refused):
        services.reset(flow, path=path)
    assert flow.nodes.count() == 1


def test_it_promotes_values_and_leaves_the_meaning_of_the_variant_as_it_is(fetcher: RoutinePrototype) -> None:
    slow = variant(fetcher, name="slow", config={"timeout": 90}, policy=None)
    sibling = variant(fetcher, name="sibling")
    services.promote(slow, paths=["config.timeout"])
    fetcher.refresh_from_db()
    assert (fetcher.own, slow.own) == ({"config": {"timeout": 90}}, {"policy": None})
    assert selectors.resolved_routine(sibling).effective.values["config"]["timeout"] == 90


def test_it_promotes_overrides_of_nodes_to_the_graph_of_the_root(flow: FlowPrototype) -> None:
    other = variant(flow, nodes={"first": {"config": {"retries": 1}}}, settings={"max_workers": 2})
    before = selectors.effective_spec(other).hash
    services.promote(other, paths=["nodes.first", "max_workers"])
    flow.refresh_from_db()
    assert (selectors.effective_spec(flow).hash, selectors.effective_spec(other).hash, other.own) == (
        before,
        before,
        {},
    )
    assert flow.nodes.get(node_id="first").own == {"config": {"retries": 1}}


def test_it_tells_a_null_that_is_promoted_from_nothing(flow: FlowPrototype) -> None:
    services.update_flow(flow, document=pipeline(timeout=9), version=1)
    other = variant(flow, settings={"timeout": None})
    services.promote(other, paths=["timeout"])
    flow.refresh_from_db()
    assert flow.own == {"timeout": None}


def test_it_refuses_to_promote_to_a_class_or_what_is_not_set(fetcher: RoutinePrototype) -> None:
    with pytest.raises(ReadOnly, match="no variant of a stored prototype"):
        services.promote(fetcher, paths=["config.timeout"])
    slow = variant(fetcher, config={"timeout": 90})
    with pytest.raises(Refused, match=r"It sets: config\.timeout"):
        services.promote(slow, paths=["config.retries"])


def test_it_detaches_a_flow_which_keeps_its_meaning_and_its_variants(flow: FlowPrototype) -> None:
    middle = variant(flow, name="middle", nodes={"first": {"timeout": 5}})
    leaf = variant(middle, name="leaf", settings={"max_workers": 2})
    hashes = (middle.head.hash, leaf.head.hash)
    services.detach(middle)
    services.update_flow(flow, document={"nodes": {"first": {"routine": "fetcher"}}}, version=1)
    leaf.refresh_from_db()
    assert middle.parent_id is None
    assert (selectors.effective_spec(middle).hash, selectors.effective_spec(leaf).hash) == hashes


def test_it_detaches_a_routine_onto_its_class(fetcher: RoutinePrototype) -> None:
    slow = variant(fetcher, config={"retries": 1})
    services.detach(slow)
    assert (slow.parent.is_code, slow.own) == (True, {"config": {"timeout": 60, "retries": 1}})
    with pytest.raises(ReadOnly, match="nothing to detach it from"):
        services.detach(slow)


def test_it_minds_the_version_that_the_caller_had_read(fetcher: RoutinePrototype) -> None:
    slow = variant(fetcher, config={"timeout": 90})
    with pytest.raises(StaleVersion):
        services.reset(slow, path="config", version=7)
    assert slow.own == {"config": {"timeout": 90}}


def test_it_writes_the_history_of_both(fetcher: RoutinePrototype, alice: User) -> None:
    slow = variant(fetcher, config={"timeout": 90})
    services.promote(slow, paths=["config"], message="Everybody wants it.", actor=alice)
    services.detach(slow, actor=alice)
    told = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
    assert told == [
        "Promoted config from variant 'eu'. Everybody wants it.",
        "Promoted config to ‘fetcher’. Everybody wants it.",
        "Detached from ‘fetcher’.",
    ]
