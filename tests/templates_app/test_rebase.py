from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given

from templates_app import services
from templates_app.fieldpaths import ABSENT, same
from templates_app.merging import apply, merge, three_way
from templates_app.models import FlowPrototype, RoutinePrototype
from templates_app.refusals import Refused
from tests.templates_app.conftest import pipeline
from tests.templates_app.test_resolve import owns


@pytest.fixture
def copy(fetcher: RoutinePrototype) -> RoutinePrototype:
    return services.duplicate(fetcher, name="copy", overrides={"config": {"retries": 1}})


def kinds(prototype: Any) -> dict[str, str]:
    return {change.path: change.kind for change in services.three_way(prototype)}


def test_it_tells_what_changed_there_here_and_in_both(fetcher: RoutinePrototype, copy: RoutinePrototype) -> None:
    theirs = {"config": {"timeout": 61, "retries": 2, "verbose": True}, "policy": None}
    services.update_routine(fetcher, own=theirs, version=1)
    ours = {"config": {"timeout": 60, "retries": 1, "verbose": True}, "timeout": 4}
    services.update_routine(copy, own=ours, version=1)
    assert kinds(copy) == {
        "config.timeout": "theirs",
        "config.retries": "conflict",
        "config.verbose": "same",
        "policy": "theirs",
        "timeout": "ours",
    }
    found = {change.path: (change.base, change.theirs, change.ours) for change in services.three_way(copy)}
    assert (found["config.retries"], found["policy"]) == ((ABSENT, 2, 1), (ABSENT, None, ABSENT))


def test_it_takes_theirs_where_only_they_changed_and_ours_where_we_did(
    fetcher: RoutinePrototype, copy: RoutinePrototype
) -> None:
    services.update_routine(fetcher, own={"config": {"timeout": 90}, "policy": None}, version=1)
    services.rebase(copy)
    assert copy.own == {"config": {"timeout": 90, "retries": 1}, "policy": None}
    assert kinds(copy) == {"config.retries": "ours"}


def test_it_wants_a_word_on_each_conflict(fetcher: RoutinePrototype, copy: RoutinePrototype) -> None:
    services.update_routine(fetcher, own={"config": {"timeout": 60, "retries": 2}}, version=1)
    with pytest.raises(Refused, match="Changed on both sides"):
        services.rebase(copy)
    services.rebase(copy, take={"config.retries": "ours"})
    assert (copy.own["config"]["retries"], kinds(copy)) == (1, {"config.retries": "ours"})


def test_it_takes_over_nodes_and_connections(flow: FlowPrototype) -> None:
    copied = services.duplicate(flow, name="copied", overrides={"settings": {"max_workers": 3}})
    document = pipeline()
    document["nodes"]["third"] = {"routine": "fetcher"}
    document["connections"] = [["first.fetched", "third.requests"], ["first.failed", "second.requests"]]
    services.update_flow(flow, document=document, version=1)
    services.rebase(copied, take={'connections["first.fetched -> second.requests"]': "ours"})
    assert set(copied.nodes.values_list("node_id", flat=True)) == {"first", "second", "third"}
    assert sorted(map(str, copied.connections.all())) == [
        "first.failed -> second.requests",
        "first.fetched -> second.requests",
        "first.fetched -> third.requests",
    ]


def test_it_shows_a_node_that_one_side_removed_and_the_other_changed_as_one_conflict(flow: FlowPrototype) -> None:
    document = {"nodes": {"first": {}, "second": {"config": {"retries": 2}}}}
    copied = services.duplicate(flow, name="copied", overrides={"nodes": document["nodes"]})
    services.update_flow(flow, document={"nodes": {"first": {"routine": "fetcher"}}}, version=1)
    assert kinds(copied) == {
        "nodes.second": "conflict",
        'connections["first.fetched -> second.requests"]': "theirs",
    }
    services.rebase(copied, take={"nodes.second": "theirs"})
    assert list(copied.nodes.values_list("node_id", flat=True)) == ["first"]


def test_it_refuses_words_that_make_no_sense(fetcher: RoutinePrototype, copy: RoutinePrototype) -> None:
    with pytest.raises(Refused, match="Nothing changed here"):
        services.rebase(copy, take={"config.mode": "theirs"})
    with pytest.raises(Refused, match="'theirs' or 'ours' is"):
        services.rebase(copy, take={"config.retries": "mine"})  # type: ignore[dict-item]
    with pytest.raises(Refused, match="copy of nothing"):
        services.three_way(fetcher)


def test_it_follows_what_the_parents_of_the_origin_change_too(fetcher: RoutinePrototype) -> None:
    child = services.create_variant(fetcher, name="child")
    copied = services.duplicate(child, name="copied")
    services.update_routine(fetcher, own={"config": {"timeout": 90}}, version=1)
    assert kinds(copied) == {"config.timeout": "theirs"}


def test_it_rebases_what_was_detached(flow: FlowPrototype) -> None:
    other = services.create_variant(flow, name="eu", overrides={"settings": {"max_workers": 2}})
    services.detach(other)
    services.update_flow(flow, document=pipeline(timeout=9), version=1)
    assert kinds(other) == {"max_workers": "ours", "timeout": "theirs"}


def test_it_asks_as_often_for_much_as_for_little(flow: FlowPrototype) -> None:
    copied = services.duplicate(flow, name="copied")
    with CaptureQueriesContext(connection) as queries:
        services.three_way(copied)
    assert len(queries) == 9


@given(owns, owns, owns)
def test_it_merges_by_law(base: dict[str, Any], theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    changes = three_way(base, theirs, ours)
    all_theirs, all_ours = ({change.path: side for change in changes} for side in ("theirs", "ours"))
    assert not three_way(theirs, theirs, apply(ours, changes, all_theirs))  # type: ignore[arg-type]
    assert not three_way(ours, ours, apply(ours, changes, all_ours))  # type: ignore[arg-type]
    assert {c.path for c in three_way(base, ours, theirs)} == {change.path for change in changes}


@given(owns, owns, owns)
def test_it_loses_no_text_of_a_second_editor(
    base: dict[str, Any], theirs: dict[str, Any], ours: dict[str, Any]
) -> None:
    merged = merge(base, theirs, ours)
    kept = {c.path: c for c in three_way(ours, base, merged.form)}
    for change in merged.changes:
        now = kept[change.path].ours if change.path in kept else change.ours
        assert same(now, change.theirs if change.kind == "theirs" else change.ours)
