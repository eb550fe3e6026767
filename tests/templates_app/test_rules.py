"""Locks and bounds: who is bound, what is refused at once, what becomes visibly invalid, and how it heals."""

from __future__ import annotations

from typing import Any

import pytest

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from templates_app.refusals import Refused
from tests.templates_app.conftest import pipeline

LOCK = {"locked": True}


def codes(prototype: Any) -> list[tuple[str, str]]:
    prototype.refresh_from_db()
    return [(found["path"], found["code"]) for found in prototype.problems if found["level"] == "error"]


def test_it_refuses_an_own_edit_that_breaks_a_lock_and_names_who_locked(fetcher: RoutinePrototype) -> None:
    services.set_rule(fetcher, path="config.timeout", rule=LOCK)
    slow = services.create_variant(fetcher, name="slow")
    with pytest.raises(Refused, match="90 is not accepted: ‘fetcher’ locks this") as refused:
        services.update_routine(slow, own={"config": {"timeout": 90}}, version=1)
    assert [(found.path, found.code) for found in refused.value.errors] == [("config.timeout", "locked")]


def test_it_does_not_bind_the_layer_that_sets_the_rule(fetcher: RoutinePrototype) -> None:
    services.set_rule(fetcher, path="config.timeout", rule=LOCK)
    services.update_routine(fetcher, own={"config": {"timeout": 70}}, version=2)
    assert codes(fetcher) == []


def test_it_binds_the_nodes_that_use_a_routine_and_the_variants_of_their_flow(
    flow: FlowPrototype, fetcher: RoutinePrototype
) -> None:
    other = services.create_variant(flow, name="eu", overrides={"nodes": {"first": {"config": {"retries": 4}}}})
    services.set_rule(fetcher, path="config.retries", rule={"max": 5})
    assert codes(flow) == [("nodes.second.config.retries", "out-of-bounds")]
    services.update_flow(
        flow, document={**pipeline(), "nodes": {key: {"routine": "fetcher"} for key in ("first", "second")}}, version=1
    )
    assert (codes(flow), codes(other)) == ([], [])


def test_it_makes_a_variant_visibly_invalid_and_heals_it_when_the_rule_goes(flow: FlowPrototype) -> None:
    other = services.create_variant(flow, name="eu", overrides={"settings": {"max_workers": 50}})
    before = other.head_id
    services.set_rule(flow, path="max_workers", rule={"min": 1, "max": 10})
    assert codes(other) == [("settings.max_workers", "out-of-bounds")]
    assert (other.head_id, other.is_runnable, other.own) == (None, False, {"max_workers": 50})
    services.set_rule(flow, path="max_workers", rule=None)
    assert codes(other) == []
    assert other.head_id == before


def test_it_heals_a_variant_when_the_override_is_reset(flow: FlowPrototype) -> None:
    other = services.create_variant(flow, name="eu", overrides={"nodes": {"first": {"config": {"retries": 1}}}})
    services.set_rule(flow, path="nodes.first.config.retries", rule=LOCK)
    assert codes(other) == [("nodes.first.config.retries", "locked")]
    services.reset(other, path="nodes.first.config.retries")
    other.refresh_from_db()
    assert other.is_runnable


def test_it_lists_a_routine_variant_that_became_invalid(fetcher: RoutinePrototype) -> None:
    slow = services.create_variant(fetcher, name="slow", overrides={"config": {"mode": "careful"}})
    services.set_rule(fetcher, path="config.mode", rule={"one_of": ["fast"]})
    assert codes(slow) == [("config.mode", "out-of-bounds")]
    services.set_rule(fetcher, path="config.mode", rule={"one_of": ["fast", "careful"]})
    assert codes(slow) == []


@pytest.mark.parametrize("path", ["nodes", "nodes.first", "nodes.first.config"])
def test_it_locks_groups_of_fields(flow: FlowPrototype, path: str) -> None:
    services.set_rule(flow, path=path, rule=LOCK)
    with pytest.raises(Refused, match="locks this"):
        services.create_variant(flow, name="eu", overrides={"nodes": {"first": {"config": {"retries": 1}}}})
    services.create_variant(flow, name="us", overrides={"settings": {"timeout": 5}})


def test_it_bounds_a_part_of_a_value(fetcher: RoutinePrototype) -> None:
    services.set_rule(fetcher, path="policy.min_batch_size", rule={"max": 500})
    services.create_variant(fetcher, name="a", overrides={"policy": {"type": "immediate"}})
    services.create_variant(fetcher, name="b", overrides={"policy": {"type": "batch_size", "min_batch_size": 500}})
    with pytest.raises(Refused, match="501 is not accepted: ‘fetcher’ accepts at most 500 here"):
        services.create_variant(fetcher, name="c", overrides={"policy": {"type": "batch_size", "min_batch_size": 501}})


def test_it_lets_no_null_slip_through_bounds(flow: FlowPrototype) -> None:
    services.set_rule(flow, path="timeout", rule={"max": 60})
    with pytest.raises(Refused, match="null is not accepted"):
        services.create_variant(flow, name="eu", overrides={"settings": {"timeout": None}})


def test_it_lets_no_layer_loosen_what_one_above_it_says(flow: FlowPrototype) -> None:
    services.set_rule(flow, path="max_workers", rule={"max": 5})
    middle = services.create_variant(flow, name="middle")
    services.set_rule(middle, path="max_workers", rule={"max": 50})
    with pytest.raises(Refused, match="‘orders’ accepts at most 5 here"):
        services.create_variant(middle, name="leaf", overrides={"settings": {"max_workers": 6}})


def test_it_binds_launches(flow: FlowPrototype) -> None:
    services.set_rule(flow, path="nodes.first.config.retries", rule={"min": 1, "max": 5})
    services.revision_for_launch(flow, {"nodes": {"first": {"config": {"retries": 5}}}})
    with pytest.raises(Refused, match="1 to 5"):
        services.revision_for_launch(flow, {"nodes": {"first": {"config": {"retries": 6}}}})


def test_it_takes_the_rules_along_when_a_variant_is_detached(flow: FlowPrototype) -> None:
    services.set_rule(flow, path="max_workers", rule={"max": 9})
    other = services.create_variant(flow, name="eu")
    services.set_rule(other, path="max_workers", rule={"min": 2})
    services.detach(other)
    assert other.rules == {"max_workers": {"min": 2, "max": 9}}


BAD_RULES: list[Any] = [[], {}, {"locked": False}, {"min": "1"}, {"min": 2, "max": 1}, {"one_of": []}, {"max": True}]


@pytest.mark.parametrize("rule", BAD_RULES)
def test_it_refuses_what_is_no_rule(fetcher: RoutinePrototype, rule: Any) -> None:
    with pytest.raises(Refused):
        services.set_rule(fetcher, path="config.timeout", rule=rule)
    assert fetcher.rules == {}


@pytest.mark.parametrize("path", ["config.tiemout", "slots.other", "timeuot", "settings", "nodes.a"])
def test_it_refuses_rules_for_fields_that_are_not_there(fetcher: RoutinePrototype, path: str) -> None:
    with pytest.raises(Refused, match="There is no such field"):
        services.set_rule(fetcher, path=path, rule=LOCK)


def test_it_refuses_bounds_for_a_group_of_fields(flow: FlowPrototype) -> None:
    with pytest.raises(Refused, match="only a lock is accepted here"):
        services.set_rule(flow, path="nodes.first", rule={"min": 1})


def test_it_leaves_the_revision_as_it_is(flow: FlowPrototype) -> None:
    before = flow.head_id
    services.set_rule(flow, path="max_workers", rule=LOCK)
    flow.refresh_from_db()
    assert (flow.head_id, flow.version) == (before, 2)
