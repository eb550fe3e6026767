"""Documents become prototypes, all or none, and say nothing twice."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from templates_app import dsl
from templates_app.models import Prototype
from templates_app.refusals import Refused
from tests.dsl.texts import ALL, EXPRESS, FETCHER, ORIGINAL, PATIENT, PIPELINE, flow, put, routine

pytestmark = pytest.mark.django_db


def test_it_accepts_a_file_of_the_original_library() -> None:
    put(ORIGINAL)
    spec = flow("my_flow").head.spec  # type: ignore[union-attr]
    assert spec.timeout == 300.0
    assert spec.nodes["source"].error_handler["retry_delay"] == 1.0  # type: ignore[index]
    assert [str(c) for c in spec.connections] == ["source.fetched -> sink.requests"]


def test_it_keeps_what_the_original_library_lost() -> None:
    put(ALL)
    spec = flow("pipeline").head.spec  # type: ignore[union-attr]
    assert (spec.max_workers, spec.max_attempts, spec.keep_open, str(spec.entry)) == (4, 5, True, "first.requests")
    assert spec.error_handler["strategy"] == "continue"  # type: ignore[index]
    node = spec.nodes["first"]
    assert (node.logic, node.slots[0].capacity, node.policy["min_batch_size"]) == ("t_logic", 50, 10)  # type: ignore[index]


def test_it_makes_variants_that_stay_alive() -> None:
    put(ALL)
    assert flow("express").parent == Prototype.objects.get(name="pipeline")
    assert routine("patient").own == {"config": {"timeout": 600}, "logic": None}
    put(PIPELINE.replace("keep_open: true", "keep_open: false"))
    assert flow("express").head.spec.keep_open is False  # type: ignore[union-attr]


def test_it_writes_in_the_order_of_dependence_whatever_the_order_of_documents() -> None:
    done = put(ALL)
    assert [step.name for step in done.steps] == ["fetcher", "patient", "pipeline", "express"]
    assert {step.action for step in done.steps} == {"create"}


def test_it_does_nothing_the_second_time() -> None:
    put(ALL)
    versions = dict(Prototype.objects.values_list("name", "version"))
    assert not put(ALL).has_changes
    assert dict(Prototype.objects.values_list("name", "version")) == versions


def test_it_takes_back_what_a_document_no_longer_says() -> None:
    put(FETCHER)
    put(FETCHER.replace("logic: t_logic\n", "").replace("tags: [slow, careful]\n", ""))
    assert "logic" not in routine("fetcher").own
    assert routine("fetcher").tags == []


def test_it_writes_all_or_nothing() -> None:
    bad = PIPELINE.replace("class: patient", "class: nobody")
    with pytest.raises(Refused) as refused:
        put("---\n".join((FETCHER, PATIENT, bad)))
    assert [detail.path for detail in refused.value.errors] == ["pipeline.routines.second.class"]
    assert not Prototype.objects.filter(name__in=["fetcher", "patient", "pipeline"]).exists()


def test_it_tells_the_problems_of_all_documents_at_once_and_none_twice() -> None:
    bad = FETCHER.replace("timeout: 60", "timeout: 0")
    with pytest.raises(Refused) as refused:
        put("---\n".join((bad, PATIENT, PIPELINE, EXPRESS, ORIGINAL.replace("timeout: 60", "timeout: x"))))
    assert {detail.path for detail in refused.value.errors} == {
        "fetcher.config.timeout",
        "my_flow.routines.source.config.timeout",
    }


def test_it_says_who_applied(alice: User) -> None:
    dsl.apply(dsl.parse(FETCHER), alice)
    assert routine("fetcher").created_by == alice
    assert LogEntry.objects.filter(user=alice, object_id=str(routine("fetcher").pk)).exists()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("class: t_fetch", "class: t_join", "base-changed"),
        (FETCHER, "kind: flow\nflow_id: fetcher\nroutines: {a: {class: t_fetch}}\n", "name-taken"),
        ("name: fetcher\n", "name: FETCHER\n", "name-taken"),
        ("name: fetcher\n", "name: t_join\n", "name-taken"),
    ],
)
def test_it_refuses_to_make_something_else_of_a_name(old: str, new: str, code: str) -> None:
    put(FETCHER)
    with pytest.raises(Refused) as refused:
        put(FETCHER.replace(old, new))
    assert code in [detail.code for detail in refused.value.errors]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("kind: routine\nname: a\nclass: fetcher\n", "a.class"),
        ("kind: routine\nname: a\nparent: t_fetch\n", "a.parent"),
        ("kind: flow\nflow_id: a\nparent: fetcher\n", "a.parent"),
        ("kind: routine\nname: a\nclass: nobody\n", "a.class"),
    ],
)
def test_it_builds_only_on_what_may_stand_there(text: str, path: str) -> None:
    put(FETCHER)
    with pytest.raises(Refused) as refused:
        put(text)
    assert refused.value.errors[0].path == path


def test_it_refuses_documents_that_build_on_each_other() -> None:
    a, b = ("kind: routine\nname: {}\nparent: {}\n".format(*ends) for ends in ("ab", "ba"))
    with pytest.raises(Refused, match="build on each other"):
        put(f"{a}---\n{b}")


def test_it_locks_and_frees() -> None:
    ruled = f"{FETCHER}rules: {{config.timeout: {{max: 600}}, policy: {{locked: true}}}}\n"
    put(f"{PATIENT}---\n{ruled}")
    assert routine("fetcher").rules == {"config.timeout": {"max": 600}, "policy": {"locked": True}}
    with pytest.raises(Refused, match=r"patient.overrides.config.timeout: line \d+: 601 .* at most 600"):
        put(PATIENT.replace("600", "601"))
    put(FETCHER)
    assert routine("fetcher").rules == {}


def test_it_refuses_a_rule_about_a_field_that_is_not_there() -> None:
    with pytest.raises(Refused) as refused:
        put(f"{FETCHER}rules: {{config.speed: {{max: 600}}}}\n")
    assert refused.value.errors[0].path == 'fetcher.rules["config.speed"]'


def test_it_is_idempotent_whichever_way_the_path_of_a_rule_is_spelt() -> None:
    ruled = f"{PIPELINE}rules: {{settings.max_workers: {{max: 9}}}}\n"
    put("---\n".join((FETCHER, PATIENT, ruled)))
    assert not put(ruled).has_changes
    assert flow("pipeline").rules == {"max_workers": {"max": 9}}
