from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.worlds import flow_variants, routine_variants
from routilux_site.lib import strict_json
from templates_app import handin, services
from templates_app.handin import Usage
from templates_app.impact import Impact, preview
from templates_app.models import FlowPrototype, Prototype, Revision, RoutinePrototype
from templates_app.refusals import Refused
from tests.templates_app.conftest import pipeline


def change(fetcher: RoutinePrototype, **config: Any) -> Callable[[], object]:
    return lambda: services.update_routine(fetcher, own={"config": config}, version=fetcher.version)


def names(found: Collection[Any]) -> set[str]:
    return {(getattr(one, "flow", None) and one.flow.name) or one.prototype.name for one in found}


def test_it_tells_which_flows_change_and_in_which_fields(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    services.create_variant(flow, name="eu", overrides={"settings": {"timeout": 5}})
    impact = preview(change(fetcher, timeout=90))
    assert names(impact.moved) == {"orders", "eu"}
    assert [(d.path, d.before, d.after) for d in impact.moved[0].changes] == [
        ("nodes.first.config.timeout", 60, 90),
        ("nodes.second.config.timeout", 60, 90),
    ]
    assert impact.fields == {"fetcher": ("config.timeout",)}


def test_it_leaves_no_trace(flow: FlowPrototype, fetcher: RoutinePrototype, alice: User) -> None:
    stored = list(Prototype.objects.order_by("pk").values())
    preview(lambda: services.update_routine(fetcher, own={}, version=1, actor=alice))
    preview(lambda: services.update_flow(flow, document=pipeline(timeout=5), version=1, actor=alice))
    assert list(Prototype.objects.order_by("pk").values()) == stored
    assert (fetcher.version, fetcher.own, flow.version, flow.own) == (1, {"config": {"timeout": 60}}, 1, {})
    assert (Revision.objects.count(), LogEntry.objects.count()) == (1, 0)


def test_it_tells_who_overrides_the_field_and_stays(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    services.create_variant(fetcher, name="slow", overrides={"config": {"retries": 4}})
    services.create_variant(flow, name="eu", overrides={"nodes": {"first": {"config": {"retries": 1}}}})
    impact = preview(change(fetcher, timeout=60, retries=8))
    assert {(one.prototype.name, one.path, one.layer) for one in impact.staying} == {
        ("slow", "config.retries", "slow"),
        ("orders", "nodes.second.config.retries", "orders"),
        ("eu", "nodes.second.config.retries", "orders"),
        ("eu", "nodes.first.config.retries", "eu"),
    }
    assert names(impact.moved) == {"orders"}


def test_it_tells_which_variants_of_a_flow_stay(flow: FlowPrototype) -> None:
    services.create_variant(flow, name="eu", overrides={"settings": {"timeout": 5}})
    services.create_variant(flow, name="us", overrides={"nodes": {"first": {"timeout": 1}}})
    document = pipeline(timeout=9)
    document["nodes"]["first"]["timeout"] = 2
    impact = preview(lambda: services.update_flow(flow, document=document, version=1))
    assert {(one.prototype.name, one.path) for one in impact.staying} == {
        ("eu", "timeout"),
        ("us", "nodes.first.timeout"),
    }


def test_it_tells_what_becomes_invalid_and_what_heals(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    slow = services.create_variant(fetcher, name="slow", overrides={"config": {"retries": 40}})
    rule = {"max": 5}
    impact = preview(lambda: services.set_rule(fetcher, path="config.retries", rule=rule))
    assert names(impact.broken) == {"slow", "orders"}
    assert {one.problems[0].code for one in impact.broken} == {"out-of-bounds"}
    services.set_rule(fetcher, path="config.retries", rule=rule)
    assert names(preview(lambda: services.reset(slow, path="config")).healed) == {"slow"}
    assert names(preview(lambda: services.set_rule(fetcher, path="config.retries", rule=None)).healed) == {
        "slow",
        "orders",
    }


def test_it_refuses_what_the_save_would_refuse(fetcher: RoutinePrototype) -> None:
    with pytest.raises(Refused, match="timeout"):
        preview(change(fetcher, timeout=-1))
    assert (fetcher.own, fetcher.version) == ({"config": {"timeout": 60}}, 1)


def test_it_tells_a_new_revision_from_one_that_the_flow_had(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    change(fetcher, timeout=90)()
    impact = preview(change(fetcher, timeout=60))
    assert (names(impact.moved), impact.revisions) == ({"orders"}, frozenset())


def test_it_counts_the_jobs_and_schedules_that_are_handed_in(
    flow: FlowPrototype, fetcher: RoutinePrototype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handin, "_usages", [])
    handin.register_usage(lambda flows: {pk: Usage(unfinished_jobs=3, schedules=1) for pk in flows})
    handin.register_usage(lambda flows: {pk: Usage(unfinished_jobs=1) for pk in flows})
    impact = preview(change(fetcher, timeout=90))
    assert (impact.unfinished_jobs, impact.schedules) == (4, 1)


def test_it_counts_unfinished_jobs_of_the_jobs_app(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    from jobs.models import Job

    assert flow.head is not None
    for status in ("pending", "running", "paused", "completed", "failed"):
        Job.objects.create(flow=flow, revision=flow.head, status=status)
    assert preview(change(fetcher, timeout=90)).unfinished_jobs == 3


def test_it_can_be_sent_as_json(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    services.create_variant(fetcher, name="slow", overrides={"config": {"timeout": 4}})
    impact: Impact = preview(change(fetcher, timeout=90))
    strict_json.check(impact.to_json())
    assert impact.to_json()["moved"][0]["changes"][0]["after"] == 90


@pytest.mark.parametrize("build", [routine_variants, flow_variants])
@pytest.mark.parametrize("size", [{"flows": 2, "variants": 3, "nodes": 2}, {"flows": 6, "variants": 40, "nodes": 5}])
def test_it_asks_as_often_for_much_as_for_little(db: None, bob: User, build: Any, size: dict[str, int]) -> None:
    base = RoutinePrototype.objects.get(name=build(**size))
    own = {"config": {"seconds": 7.5}}
    with CaptureQueriesContext(connection) as previewed:
        impact = preview(lambda: services.update_routine(base, own=own, version=1, actor=bob))
    with CaptureQueriesContext(connection) as saved:
        services.update_routine(base, own=own, version=1, actor=bob)
    assert (len(previewed), len(saved)) == (23, 16)
    assert len(impact.moved) == size["flows"] + (size["variants"] if build is flow_variants else 0)
