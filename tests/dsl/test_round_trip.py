"""Export, import, export: the same bytes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from templates_app import dsl
from templates_app.dsl import dump, schema
from templates_app.dsl.read import read
from templates_app.dsl.template import Template
from templates_app.models import Prototype
from templates_app.naming import About
from tests.dsl.texts import ALL, put

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
WORDS = TEXTS | st.sampled_from(
    [
        "no",
        "012",
        "1e3",
        "~",
        "",
        "- a",
        "a: b",
        "#",
        "'",
        '"',
        "a\nb",
        "\n",
        " a\n",
        "2026-11-23",
        "{",
        "&a",
        "=",
        "<<",
    ]
)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
#: Larger ones come back from jsonb as integers that the gate refuses.
SMALLER = st.integers(-(2**63), 2**63 - 1) | st.floats(-1e18, 1e18)


def objects(numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    values: st.SearchStrategy[Any] = st.recursive(
        st.none() | st.booleans() | numbers | WORDS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
        max_leaves=8,
    )
    return st.dictionaries(WORDS, values, max_size=4)


OBJECTS = objects(NUMBERS)
NODE_IDS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True) | st.sampled_from(["on", "null", "y", "_1"])
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True) | st.sampled_from(["007", "1e3", "no"])
ABOUTS = st.builds(About, description=WORDS, category=WORDS, tags=st.lists(WORDS.filter(bool), max_size=3).map(tuple))
OWN = st.fixed_dictionaries(
    {},
    optional={
        "config": OBJECTS,
        "policy": st.none() | OBJECTS,
        "logic": st.none() | WORDS.filter(bool),
        "error_handler": st.none() | OBJECTS,
        "slots": st.dictionaries(WORDS, st.fixed_dictionaries({"capacity": st.integers(1, 1000)}), max_size=2),
        "timeout": st.none() | st.floats(0.1, 1e9) | st.integers(1, 10**9),
    },
)
RULES = st.dictionaries(
    st.sampled_from(["config.a", 'config["a.b"]', "policy", "nodes.on", "max_workers"]),
    st.sampled_from([{"locked": True}, {"min": 1.5}, {"min": 1, "max": 5}, {"one_of": [None, "no", 1]}]),
    max_size=2,
)
PORTS = st.builds("{}.{}".format, NODE_IDS, NODE_IDS)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "timeout": st.none() | st.floats(0.1, 1e9),
        "max_workers": st.none() | st.integers(1, 1000),
        "max_attempts": st.integers(1, 100),
        "keep_open": st.booleans(),
        "entry": st.none() | PORTS,
        "error_handler": st.none() | OBJECTS,
        "input_schema": st.none() | OBJECTS,
    },
)
NODES = st.builds(lambda routine, own: {"routine": routine, **own}, NAMES, OWN)
GRAPHS = st.fixed_dictionaries(
    {
        "nodes": st.dictionaries(NODE_IDS, NODES, min_size=1, max_size=3),
        "connections": st.lists(st.tuples(PORTS, PORTS).map(list), max_size=3),
        "settings": SETTINGS,
    }
)
OVERRIDES = st.fixed_dictionaries(
    {"nodes": st.dictionaries(NODE_IDS, OWN.filter(bool), max_size=3), "settings": SETTINGS}
)


def _templates(kind: str, content: st.SearchStrategy[Any], **fixed: Any) -> st.SearchStrategy[Template]:
    common = {"name": NAMES, "about": ABOUTS, "rules": RULES}
    return st.builds(Template, kind=st.just(kind), content=content, **common, **fixed)


TEMPLATES = (
    _templates("routine", OWN, base=NAMES)
    | _templates("routine", OWN, base=NAMES, is_variant=st.just(True))
    | _templates("flow", GRAPHS)
    | _templates("flow", OVERRIDES, base=NAMES, is_variant=st.just(True))
)


@pytest.mark.parametrize("format", ["yaml", "json"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(templates=st.lists(TEMPLATES, min_size=1, max_size=3, unique_by=lambda one: one.name.lower()))
def test_it_reads_back_the_bytes_that_it_wrote(format: dsl.Format, templates: list[Template]) -> None:
    first = dump.text(templates, format)
    again = [schema.parse(one.value) for one in read(first, format)]
    assert dump.text(again, format) == first


@settings(max_examples=100, deadline=None)
@given(value=OBJECTS)
def test_it_loses_nothing_in_yaml(value: dict[str, Any]) -> None:
    assert read(dump.to_yaml([value]), "yaml")[0].value == value


@settings(max_examples=10, deadline=None)
@given(templates=st.permutations(["fetcher", "patient", "pipeline", "express"]))
def test_it_does_not_depend_on_the_order_it_is_asked_in(templates: list[str]) -> None:
    made = [Template(kind="routine", name=name, base="t_fetch") for name in templates]
    assert dump.text(made) == dump.text(sorted(made, key=lambda one: one.name))


def _through_the_database(text: str, format: dsl.Format) -> str:
    with transaction.atomic():
        put(text)
        assert not dsl.plan(dsl.parse(text)).has_changes
        found = dsl.export_text(Prototype.objects.filter(is_code=False), format)
        transaction.set_rollback(True)
    return found


class ThroughTheDatabase(TestCase):
    @settings(max_examples=15, deadline=None)
    @given(
        label=st.none() | WORDS,
        rates=st.dictionaries(WORDS, st.floats(-1e18, 1e18), max_size=4),
        about=ABOUTS,
        schema_=objects(SMALLER),
        format=st.sampled_from(["yaml", "json"]),
    )
    def test_it_is_stable_through_the_database(self, **drawn: Any) -> None:
        about: About = drawn["about"]
        own = {"config": {"label": drawn["label"], "rates": drawn["rates"]}}
        routine = Template(kind="routine", name="a", base="t_fetch", content=own, about=about)
        graph = {"nodes": {"on": {"routine": "a", **own}}, "settings": {"input_schema": {"x": drawn["schema_"]}}}
        flow = Template(kind="flow", name="b", content=graph, about=about)
        first = _through_the_database(dump.text([routine, flow]), drawn["format"])
        assert _through_the_database(first, drawn["format"]) == first


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["yaml", "json"])
def test_it_is_stable_for_routines_flows_and_variants(format: dsl.Format) -> None:
    first = _through_the_database(ALL, format)
    assert _through_the_database(first, format) == first
    assert [document.name for document in dsl.parse(first).documents] == ["fetcher", "patient", "express", "pipeline"]
