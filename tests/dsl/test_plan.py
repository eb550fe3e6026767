"""A plan says what applying does, and does nothing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from templates_app import dsl
from templates_app.models import Prototype, Revision
from tests.dsl.texts import ALL, EXPRESS, FETCHER, ORIGINAL, PATIENT, PIPELINE, flow, put

pytestmark = pytest.mark.django_db


def plan(text: str) -> dsl.Plan:
    return dsl.plan(dsl.parse(text))


def state() -> list[object]:
    return [*Prototype.objects.order_by("pk").values(), *Revision.objects.order_by("pk").values()]


def test_it_changes_nothing() -> None:
    put(ALL)
    before = state()
    found = plan(FETCHER.replace("timeout: 60", "timeout: 61") + f"---\n{ORIGINAL}")
    assert [step.action for step in found.steps] == ["update", "create"]
    assert state() == before


def test_it_is_what_applying_then_does() -> None:
    put(ALL)
    text = FETCHER.replace("timeout: 60", "timeout: 61") + f"---\n{ORIGINAL}"
    assert plan(text) == put(text)


def test_it_tells_fields_apart_that_come_go_and_change() -> None:
    put(FETCHER)
    text = FETCHER.replace("timeout: 60", "timeout: 61, retries: 1").replace("timeout: 5.5\n", "")
    (step,) = plan(text).steps
    assert [str(change) for change in step.changes] == [
        "+ config.retries: 1",
        "~ config.timeout: 60 -> 61",
        "- timeout: 5.5",
    ]


def test_it_tells_connections_by_their_ends() -> None:
    put(ORIGINAL)
    (step,) = plan(ORIGINAL.replace("source.fetched", "source.failed")).steps
    assert [(change.op, change.path) for change in step.changes] == [
        ("add", 'connections["source.failed -> sink.requests"]'),
        ("remove", 'connections["source.fetched -> sink.requests"]'),
    ]


def test_it_tells_absent_from_null() -> None:
    put(FETCHER)
    (step,) = plan(FETCHER.replace("logic: t_logic", "logic: null")).steps
    assert [(change.op, change.after) for change in step.changes] == [("replace", None)]


def test_it_tells_the_flows_that_change_although_no_document_names_them() -> None:
    put(ALL)
    before = {name: flow(name).head.hash for name in ("pipeline", "express")}  # type: ignore[union-attr]
    effects = plan(FETCHER.replace("capacity: 50", "capacity: 51")).effects
    assert [(effect.flow, effect.what) for effect in effects] == [
        ("express", "new-revision"),
        ("pipeline", "new-revision"),
    ]
    assert {effect.flow: effect.before for effect in effects} == before


def test_it_tells_the_flows_that_become_invalid_and_those_that_heal() -> None:
    put(ALL)
    moved = PIPELINE.replace("first", "begin")
    (effect,) = plan(moved).effects
    assert (effect.flow, effect.what, effect.after) == ("express", "becomes-invalid", None)
    assert effect.reason.startswith("nodes.first:")
    put(moved)
    assert [(healed.flow, healed.what) for healed in plan(PIPELINE).effects] == [("express", "heals")]


def test_it_does_not_count_a_flow_that_a_later_document_mends() -> None:
    put(ALL)
    found = plan(PIPELINE.replace("first", "begin") + "---\n" + EXPRESS.replace("first", "begin"))
    assert (found.effects, found.problems) == ((), ())


def test_it_finds_nothing_to_do_where_only_the_spelling_differs() -> None:
    put(ALL)
    text = PIPELINE.replace("timeout: 300,", "").replace("max_workers: 4", '"max_workers": 4, timeout: 300')
    assert not plan(text).has_changes


def test_it_knows_problems_without_refusing() -> None:
    found = plan(PATIENT)
    assert [problem.path for problem in found.problems] == ["patient.parent"]
    assert dsl.validate(dsl.parse(PATIENT)) == list(found.problems)
    assert found.problems[0].message.startswith("line 3: There is no routine prototype 'fetcher'.")


def test_it_is_plain_json() -> None:
    put(FETCHER)
    told = plan(FETCHER.replace("timeout: 60", "timeout: 61")).to_json()
    assert told["has_changes"] is True
    assert told["steps"][0]["changes"] == ({"path": "config.timeout", "op": "replace", "before": 60, "after": 61},)


def test_it_asks_the_database_no_more_for_many_documents_that_say_nothing_new() -> None:
    many = "---\n".join(FETCHER.replace("name: fetcher", f"name: f{number}") for number in range(30))
    put(f"{many}---\n{ORIGINAL}")
    counts = []
    for text in (ORIGINAL, f"{many}---\n{ORIGINAL}"):
        with CaptureQueriesContext(connection) as queries:
            plan(text)
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 1  # the parents of the routines
