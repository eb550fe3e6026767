from __future__ import annotations

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from templates_app import selectors, services
from templates_app.models import FlowPrototype, RoutinePrototype
from templates_app.naming import About
from templates_app.refusals import InUse, ReadOnly, Refused


def test_it_stores_only_what_a_variant_overrides(flow: FlowPrototype) -> None:
    overrides = {"settings": {"max_workers": 1}, "nodes": {"first": {"config": {"timeout": 5}}, "second": {}}}
    variant = services.create_variant(flow, name="orders-eu", overrides=overrides)
    assert variant.own == {"max_workers": 1, "nodes": {"first": {"config": {"timeout": 5}}}}
    assert variant.nodes.count() == 0
    spec = selectors.effective_spec(variant)
    assert (spec.max_workers, json.loads(spec.nodes["first"].config_text)["timeout"]) == (1, 5)


def test_it_gives_an_untouched_variant_the_hash_of_its_parent(flow: FlowPrototype) -> None:
    variant = services.create_variant(flow, name="same")
    assert flow.head is not None
    assert variant.head is not None
    assert variant.head.hash == flow.head.hash


@pytest.mark.parametrize("verb", [services.create_variant, services.duplicate])
def test_it_refuses_overrides_that_the_config_does_not_allow(flow: FlowPrototype, verb: object) -> None:
    overrides = {"nodes": {"second": {"config": {"timeout": 9999}}}}
    with pytest.raises(Refused) as caught:
        verb(flow, name="bad", overrides=overrides)  # type: ignore[operator]
    assert caught.value.path == "nodes.second.config.timeout"
    assert "9999 is not accepted: input should be less than or equal to 3600" in caught.value.message


def test_it_makes_a_duplicate_that_later_edits_do_not_reach(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    variant = services.create_variant(flow, name="eu", overrides={"nodes": {"second": {"config": {"retries": 1}}}})
    copy = services.duplicate(variant, name="copy", overrides={"settings": {"timeout": 7}})
    services.update_flow(flow, document={"nodes": {"first": {"routine": "fetcher"}}}, version=1)
    spec = selectors.effective_spec(copy)
    assert (copy.parent_id, spec.timeout, sorted(spec.nodes)) == (None, 7.0, ["first", "second"])
    assert json.loads(spec.nodes["second"].config_text)["retries"] == 1


def test_it_makes_a_duplicate_mean_what_the_original_means(flow: FlowPrototype) -> None:
    variant = services.create_variant(flow, name="eu", overrides={"nodes": {"second": {"policy": None}}})
    copy = services.duplicate(variant, name="copy")
    assert selectors.effective_spec(copy).hash == selectors.effective_spec(variant).hash


def test_it_flattens_a_duplicated_routine_onto_its_class(fetcher: RoutinePrototype) -> None:
    child = services.create_variant(fetcher, name="child", overrides={"config": {"retries": 5}, "policy": None})
    copy = services.duplicate(child, name="copy", overrides={"config": {"timeout": 7}})
    assert copy.parent is not None
    assert copy.parent.name == "t_fetch"
    assert copy.own == {"config": {"timeout": 7, "retries": 5}, "policy": None}


def test_it_keeps_the_words_of_a_duplicate_unless_told(fetcher: RoutinePrototype) -> None:
    services.update_routine(fetcher, own={}, version=1, about=About(description="d", tags=("t",)))
    assert services.duplicate(fetcher, name="copy").tags == ["t"]
    assert services.create_variant(fetcher, name="variant").description == ""


def test_it_tells_the_history_of_a_clone(fetcher: RoutinePrototype, alice: User) -> None:
    services.create_variant(fetcher, name="v", overrides={"config": {"retries": 5}}, actor=alice)
    services.duplicate(fetcher, name="d", actor=alice)
    told = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
    assert told == ["Created as a variant of ‘fetcher’, overriding config.retries.", "Duplicated from ‘fetcher’."]


def test_it_archives_and_brings_back(flow: FlowPrototype) -> None:
    services.archive(flow)
    assert (flow.is_archived, flow.is_runnable) == (True, False)
    with pytest.raises(ReadOnly, match="archived"):
        services.create_variant(flow, name="late")
    services.unarchive(flow)
    assert flow.is_runnable


def test_it_refuses_to_archive_what_others_use(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    with pytest.raises(InUse, match="in use by orders"):
        services.archive(fetcher)
    services.archive(flow)
    services.archive(fetcher)
    with pytest.raises(ReadOnly, match="builds on fetcher"):
        services.unarchive(flow)
