"""What holds whatever people do: verbs in any order against a database, checked after each of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routilux_site.lib.errors import RoutiluxError
from templates_app import fieldpaths, selectors, services, wiring
from templates_app.comparing import Comparer
from templates_app.diff import diff
from templates_app.fieldrules import broken, combine, is_within
from templates_app.impact import preview
from templates_app.models import FlowPrototype, Prototype, Revision, RoutinePrototype
from templates_app.resolve import Layer, Merger, merge
from templates_app.spec import FlowSpec
from tests.templates_app.conftest import pipeline
from tests.templates_app.test_hash import shuffled
from tests.templates_app.test_resolve import owns

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
RULES: list[Any] = [None, {"locked": True}, {"max": 5}, {"min": 2, "max": 8}, {"one_of": [1, 7]}]
retries = st.integers(0, 9)
rules = st.sampled_from(RULES)


@pytest.fixture
def family(flow: FlowPrototype, fetcher: RoutinePrototype) -> dict[str, Prototype]:
    """A routine and a variant of it, a flow that uses both, a variant of the flow, and one of that."""
    slow = services.create_variant(fetcher, name="slow", overrides={"config": {"verbose": True}})
    document = pipeline()
    document["nodes"]["second"] = {"routine": "slow"}
    services.update_flow(flow, document=document, version=1)
    eu = services.create_variant(flow, name="eu", overrides={"settings": {"timeout": 5}})
    de = services.create_variant(eu, name="de")
    return {"fetcher": fetcher, "slow": slow, "orders": flow, "eu": eu, "de": de}


def _path(prototype: Prototype) -> str:
    return "nodes.first.config.retries" if prototype.is_flow else "config.retries"


def _set(prototype: Prototype, value: int) -> None:
    if not prototype.is_flow:
        config = {**prototype.own.get("config", {}), "retries": value}
        services.update_routine(prototype, own={**prototype.own, "config": config}, version=prototype.version)
        return
    document = wiring.document_of(prototype)
    first = document["nodes"].get("first", {})
    document["nodes"] = {**document["nodes"], "first": {**first, "config": {"retries": value}}}
    services.update_flow(prototype, document=document, version=prototype.version)


Step = tuple[str, str, Any]
names = st.sampled_from(["fetcher", "slow", "orders", "eu", "de"])
moves = st.sampled_from(["reset", "promote", "detach"])
steps = (
    st.tuples(names, st.just("set"), retries)
    | st.tuples(names, st.just("rule"), rules)
    | st.tuples(names, moves, st.none())
)
scripts = st.lists(steps, max_size=8)


def verb(step: Step) -> Callable[[], object]:
    name, what, value = step
    subject = Prototype.objects.get(name=name)
    verbs: dict[str, Callable[[], object]] = {
        "set": lambda: _set(subject, value),
        "rule": lambda: services.set_rule(subject, path=_path(subject), rule=value),
        "reset": lambda: services.reset(subject, path=_path(subject)),
        "promote": lambda: services.promote(subject, paths=[_path(subject)]),
        "detach": lambda: services.detach(subject),
    }
    return verbs[what]


def run(step: Step) -> bool:
    try:
        verb(step)()
    except RoutiluxError:
        return False
    return True


@contextmanager
def taken_back() -> Iterator[None]:
    """Each example starts from the same family."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def revisions() -> set[tuple[int, str]]:
    return set(Revision.objects.values_list("flow_id", "hash"))


@few
@given(scripts)
def test_it_previews_exactly_the_revisions_that_the_save_makes(family: Any, script: list[Step]) -> None:
    with taken_back():
        for step in script:
            before = revisions()
            heads = dict(FlowPrototype.objects.values_list("pk", "head"))
            try:
                impact = preview(verb(step))
            except RoutiluxError:
                assert not run(step)
                continue
            assert run(step)
            assert impact.revisions == revisions() - before
            now = dict(FlowPrototype.objects.values_list("pk", "head"))
            assert {found.flow.pk for found in impact.moved} == {pk for pk in now if now[pk] != heads[pk]}


@few
@given(scripts)
def test_it_keeps_heads_and_problems_in_step_with_meanings(family: Any, script: list[Step]) -> None:
    with taken_back():
        for step in script:
            run(step)
        for flow in FlowPrototype.objects.select_related("head"):
            assembled = selectors.assembled(flow)
            assert (assembled.spec.hash if assembled.spec else None) == (flow.head.hash if flow.head else None)
            assert flow.problems == [problem.to_json() for problem in assembled.problems]


@few
@given(scripts)
def test_it_holds_locks_and_bounds_wherever_a_flow_can_run(family: Any, script: list[Step]) -> None:
    with taken_back():
        for step in script:
            run(step)
        for flow in FlowPrototype.objects.exclude(head=None):
            for node in selectors.resolved_flow(flow).nodes.values():
                assert not list(broken(node.layers))
                _assert_within(node.layers)


def _assert_within(layers: tuple[Layer, ...]) -> None:
    """Said again without the code under test: whoever comes after a rule sets nothing, or something within."""
    for index, layer in enumerate(layers):
        rule = layer.rules.get("config.retries")
        below = [one.own["config"]["retries"] for one in layers[index + 1 :] if "retries" in one.own.get("config", {})]
        if rule and index + 1 < len(layers):
            assert not below if "locked" in rule else all(is_within(value, rule) for value in below)


@few
@given(st.sampled_from(["slow", "eu", "de"]), retries)
def test_it_undoes_an_override_by_a_reset(family: Any, name: str, value: int) -> None:
    with taken_back():
        before = {flow.name: selectors.effective_spec(flow).hash for flow in FlowPrototype.objects.all()}
        own = Prototype.objects.get(name=name).own
        _set(Prototype.objects.get(name=name), value)
        services.reset(Prototype.objects.get(name=name), path=_path(family[name]))
        assert {flow.name: selectors.effective_spec(flow).hash for flow in FlowPrototype.objects.all()} == before
        assert Prototype.objects.get(name=name).own == own


@few
@given(retries, retries, retries)
def test_it_lets_the_layer_nearest_to_the_leaf_win(family: Any, one: int, two: int, three: int) -> None:
    with taken_back():
        for name, value in (("fetcher", one), ("orders", two), ("eu", three)):
            _set(Prototype.objects.get(name=name), value)
        found = {name: _retries(name) for name in ("orders", "eu", "de")}
        assert found == {"orders": two, "eu": three, "de": three}


def _retries(name: str) -> int:
    config = selectors.resolved_flow(Prototype.objects.get(name=name)).nodes["first"].effective.values["config"]
    return int(config["retries"])


@few
@given(scripts, st.randoms(use_true_random=False))
def test_it_reads_the_revision_of_a_job_as_it_was_whatever_became_of_the_template(
    family: Any, script: list[Step], chance: Any
) -> None:
    with taken_back():
        pinned = {revision.pk: revision.hash for revision in Revision.objects.all()}
        for step in script:
            run(step)
        FlowPrototype.objects.update(parent=None)
        FlowPrototype.objects.update(archived_at=timezone.now())
        for revision in Revision.objects.filter(pk__in=pinned):
            again = FlowSpec.from_json(shuffled(revision.spec.to_json(), chance))
            assert (again.hash, again.canonical) == (pinned[revision.pk], revision.canonical)


@few
@given(retries, retries, st.sampled_from([{}, {"timeout": 4}, {"max_workers": 2, "keep_open": True}]))
def test_it_compares_many_flows_as_it_compares_one(family: Any, one: int, two: int, extra: Any) -> None:
    with taken_back():

        def spec(value: int, settings: Any) -> FlowSpec:
            return selectors.effective_spec(
                family["orders"], {"nodes": {"first": {"config": {"retries": value}}}, "settings": settings}
            )

        before, after = spec(one, {}), spec(two, extra)
        compare = Comparer()
        assert compare(before.canonical, after.canonical) == diff(before, after)
        assert compare(before.canonical, after.canonical) == diff(before, after)


@given(owns)
def test_it_puts_back_each_field_that_it_drops(own: dict[str, Any]) -> None:
    for keys, value in fieldpaths.fields(own):
        without = fieldpaths.drop(own, keys)
        assert fieldpaths.get(without, keys) is fieldpaths.ABSENT
        again = fieldpaths.put(without, keys, value)
        assert dict(fieldpaths.fields(again)) == dict(fieldpaths.fields(own))
        assert fieldpaths.parse(fieldpaths.show(keys)) == keys


@given(st.lists(rules.filter(bool), min_size=1, max_size=4), retries)
def test_it_combines_rules_to_one_that_accepts_what_all_accept(found: list[Any], value: int) -> None:
    whole = combine(found)
    if "locked" in whole:
        assert any("locked" in rule for rule in found) or not all(is_within(value, rule) for rule in found)
    else:
        assert is_within(value, whole) == all(is_within(value, rule) for rule in found)


@pytest.mark.parametrize(("old", "new"), [(1, 1.0), (1.0, True), (0.0, -0.0)])
def test_it_takes_no_two_values_for_the_same_that_have_other_hashes(old: Any, new: Any) -> None:
    before, after = (FlowSpec(nodes={}, connections=(), input_schema={"const": value}) for value in (old, new))
    assert [found.path for found in Comparer()(before.canonical, after.canonical)] == ["input_schema.const"]


@given(st.lists(owns, min_size=1, max_size=3), st.lists(st.lists(st.integers(0, 2), max_size=4), max_size=6))
def test_it_merges_many_stacks_as_it_merges_one(found: list[dict[str, Any]], stacks: list[list[int]]) -> None:
    merged = Merger()
    for stack in stacks:
        layers = [Layer("one name", found[index % len(found)]) for index in stack]
        assert merged(layers) == merge(layers)


def test_it_keeps_nodes_of_one_routine_apart(fetcher: RoutinePrototype) -> None:
    nodes = {f"n{value}": {"routine": "fetcher", "config": {"retries": value}} for value in range(3)}
    document = {"nodes": nodes, "connections": [["n0.fetched", "n1.requests"], ["n1.fetched", "n2.requests"]]}
    flow = services.create_flow("many", document=document)
    assert flow.head is not None
    assert [json.loads(node.config_text)["retries"] for node in flow.head.spec.nodes.values()] == [0, 1, 2]
