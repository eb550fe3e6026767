from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from templates_app.refusals import ReadOnly, Refused, StaleVersion
from tests.templates_app.conftest import pipeline


def config_of(flow: FlowPrototype, node: str) -> dict[str, Any]:
    flow.refresh_from_db()
    assert flow.head is not None
    config: dict[str, Any] = json.loads(flow.head.spec.nodes[node].config_text)
    return config


def test_it_carries_a_routine_change_into_flows_and_their_variants(
    flow: FlowPrototype, fetcher: RoutinePrototype
) -> None:
    variant = services.create_variant(
        flow, name="orders-eu", overrides={"nodes": {"second": {"config": {"retries": 1}}}}
    )
    services.update_routine(fetcher, own={"config": {"timeout": 90}}, version=1)
    assert config_of(flow, "first")["timeout"] == 90
    assert config_of(variant, "first")["timeout"] == 90
    assert config_of(variant, "second")["retries"] == 1


def test_it_carries_a_change_through_variants_of_the_routine(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    child = services.create_variant(fetcher, name="fetcher-slow", overrides={"config": {"retries": 7}})
    document = pipeline()
    document["nodes"]["first"]["routine"] = child.name
    services.update_flow(flow, document=document, version=1)
    services.update_routine(fetcher, own={"config": {"timeout": 90, "retries": 1}}, version=1)
    assert config_of(flow, "first") | {"timeout": 90, "retries": 7} == config_of(flow, "first")


def test_it_finds_the_old_revision_when_a_change_is_taken_back(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    before = flow.head_id
    services.update_routine(fetcher, own={"config": {"timeout": 90}}, version=1)
    services.update_routine(fetcher, own={"config": {"timeout": 60}}, version=2)
    flow.refresh_from_db()
    assert flow.head_id == before
    assert flow.revisions.count() == 2


def test_it_makes_a_dependant_visibly_invalid_and_heals_it(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    before = flow.head_id
    switch = services.create_routine("switch", base="t_switch")
    document = pipeline()
    document["nodes"]["last"] = {"routine": "switch"}
    document["connections"] += [["second.fetched", "last.items"], ["last.high", "second.requests"]]
    services.update_flow(flow, document=document, version=1)
    services.update_routine(switch, own={"config": {"routes": ["other"]}}, version=1)
    flow.refresh_from_db()
    assert (flow.head_id, flow.is_runnable) == (None, False)
    assert flow.problems[0]["path"] == 'connections["last.high -> second.requests"]'
    services.update_routine(switch, own={}, version=2)
    flow.refresh_from_db()
    assert flow.head_id not in (None, before)


def test_it_keeps_an_override_whose_node_is_gone_and_says_so(flow: FlowPrototype) -> None:
    overrides = {"nodes": {"second": {"config": {"retries": 1}}}}
    variant = services.create_variant(flow, name="eu", overrides=overrides)
    services.update_flow(flow, document={"nodes": {"first": {"routine": "fetcher"}}}, version=1)
    variant.refresh_from_db()
    assert (variant.own, variant.head_id) == (overrides, None)
    assert "'eu' overrides this node" in variant.problems[0]["message"]


def test_it_keeps_the_rows_of_nodes_that_stay(flow: FlowPrototype) -> None:
    before = dict(flow.nodes.values_list("node_id", "pk"))
    document = pipeline()
    document["nodes"]["third"] = {"routine": "t_fetch"}
    document["connections"] = [["first.fetched", "second.requests"], ["first.failed", "third.requests"]]
    services.update_flow(flow, document=document, version=1)
    after = dict(flow.nodes.values_list("node_id", "pk"))
    assert before.items() <= after.items()


def test_it_refuses_a_stale_version_and_names_who_was_faster(flow: FlowPrototype, alice: User) -> None:
    services.update_flow(flow, document=pipeline(timeout=5), version=1, actor=alice)
    with pytest.raises(StaleVersion, match=r"by alice at .* \(Changed settings.timeout.\)"):
        services.update_flow(flow, document=pipeline(timeout=9), version=1)
    flow.refresh_from_db()
    assert (flow.own, flow.version) == ({"timeout": 5}, 2)


def test_it_refuses_own_errors_and_leaves_all_as_it_was(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    with pytest.raises(Refused, match="timeout"):
        services.update_routine(fetcher, own={"config": {"timeout": -1}}, version=1)
    fetcher.refresh_from_db()
    assert (fetcher.own, fetcher.version) == ({"config": {"timeout": 60}}, 1)


def test_it_refuses_to_change_code_roots_and_archived_ones(fetcher: RoutinePrototype) -> None:
    root = RoutinePrototype.objects.get(name="t_fetch")
    with pytest.raises(ReadOnly, match="class of the catalog"):
        services.update_routine(root, own={}, version=root.version)
    services.archive(fetcher)
    with pytest.raises(ReadOnly, match="is archived"):
        services.update_routine(fetcher, own={}, version=fetcher.version)


def test_it_tells_the_history_in_words(flow: FlowPrototype, fetcher: RoutinePrototype, alice: User) -> None:
    services.update_routine(fetcher, own={"config": {"retries": 5}}, version=1, actor=alice)
    told = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
    assert told == [
        "New revision, because routine ‘fetcher’ changed.",
        "Changed config.retries, config.timeout.",
    ]


def test_it_lets_a_routine_wait_for_what_is_only_missing(db: None) -> None:
    gather = services.create_routine("gather", base="t_gather")
    with pytest.raises(Refused, match="Required, but not given"):
        services.create_flow("f", document={"nodes": {"a": {"routine": "gather"}}})
    flow = services.create_flow("f", document={"nodes": {"a": {"routine": gather.name, "config": {"size": 5}}}})
    assert flow.head is not None
    assert flow.head.spec.nodes["a"].policy == {"type": "batch_size", "min_batch_size": 5}
