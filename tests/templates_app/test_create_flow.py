from __future__ import annotations

import json

import pytest

from templates_app import services
from templates_app.models import FlowPrototype, Prototype, Revision, RoutinePrototype
from templates_app.refusals import NameTaken, Refused
from tests.templates_app.conftest import pipeline


def test_it_pins_a_first_revision_with_every_effective_value(flow: FlowPrototype) -> None:
    assert flow.head is not None
    nodes = flow.head.spec.nodes
    assert json.loads(nodes["first"].config_text) == {
        "timeout": 60,
        "retries": 3,
        "mode": "fast",
        "verbose": False,
        "label": None,
        "rates": {},
    }
    assert json.loads(nodes["second"].config_text)["retries"] == 9


def test_it_takes_the_only_unfed_slot_as_the_entry(flow: FlowPrototype) -> None:
    assert flow.head is not None
    assert str(flow.head.spec.entry) == "first.requests"
    assert flow.problems == []


def test_it_keeps_names_out_of_the_revision(flow: FlowPrototype) -> None:
    assert flow.head is not None
    assert "orders" not in flow.head.canonical
    assert "fetcher" not in flow.head.canonical


@pytest.mark.parametrize(
    ("document", "path", "code"),
    [
        ({"nodes": {"a": {}}}, "nodes.a.routine", "missing"),
        ({"nodes": {"a": {"routine": "nobody"}}}, "nodes.a.routine", "unknown-routine"),
        ({"nodes": {"a b": {"routine": "fetcher"}}}, 'nodes["a b"]', "invalid-name"),
        ({"nodes": {"a": {"routine": "fetcher", "strategy": "x"}}}, "nodes.a.strategy", "unknown-field"),
        ({"nodes": {"a": {"routine": "fetcher", "config": {"timeout": "x"}}}}, "nodes.a.config.timeout", "int_type"),
        ({"nodes": {"a": {"routine": "fetcher", "config": {"tmeout": 1}}}}, "nodes.a.config.tmeout", "extra_forbidden"),
        ({"nodes": {"a": {"routine": "fetcher", "logic": "gone"}}}, "nodes.a.logic", "unknown-name"),
        ({"nodes": {"a": {"routine": "fetcher", "policy": {"type": "x"}}}}, "nodes.a.policy.type", "bad-policy"),
        (
            {"nodes": {"a": {"routine": "fetcher", "error_handler": {"strategy": "x"}}}},
            "nodes.a.error_handler.strategy",
            "bad-error-handler",
        ),
        ({"nodes": {"a": {"routine": "fetcher", "slots": {"x": {}}}}}, "nodes.a.slots.x", "unknown-slot"),
        ({"nodes": {}, "settings": {"max_workers": 0}}, "settings.max_workers", "invalid-value"),
        ({"nodes": {}, "settings": {"entry": "x"}}, "settings.entry", "invalid-value"),
        ({"nodes": {}, "settings": {"timeout": True}}, "settings.timeout", "invalid-value"),
        ({"nodes": {}}, "nodes", "no-nodes"),
        ({"nodes": {}, "connections": [["a", "b"]]}, "connections.0", "invalid-value"),
        ({"nodes": {}, "connections": [["a.x", "b.y"]]}, 'connections["a.x -> b.y"]', "unknown-node"),
        ({"nodes": [], "links": 1}, "nodes", "invalid-value"),
        ([], "", "invalid-value"),
    ],
)
def test_it_refuses_with_path_and_code_and_writes_nothing(
    fetcher: RoutinePrototype, document: object, path: str, code: str
) -> None:
    with pytest.raises(Refused) as caught:
        services.create_flow("bad", document=document)  # type: ignore[arg-type]
    assert (caught.value.errors[0].path, caught.value.errors[0].code) == (path, code)
    assert not Prototype.objects.filter(name="bad").exists()
    assert not Revision.objects.exists()


def test_it_tells_every_wrong_place_at_once(fetcher: RoutinePrototype) -> None:
    document = pipeline()
    document["nodes"]["first"]["config"] = {"timeout": 0, "retries": -1}
    document["nodes"]["second"]["logic"] = "gone"
    with pytest.raises(Refused) as caught:
        services.create_flow("bad", document=document)
    paths = [detail.path for detail in caught.value.errors]
    assert paths == ["nodes.first.config.timeout", "nodes.first.config.retries", "nodes.second.logic"]


@pytest.mark.parametrize("name", ["", "a b", "-a", "a" * 101, "a\n", "é", "a\0", None, 3])
def test_it_refuses_a_bad_name(fetcher: RoutinePrototype, name: str) -> None:
    with pytest.raises(Refused, match="not accepted as a name"):
        services.create_flow(name, document=pipeline())


@pytest.mark.parametrize("name", ["Fetcher", "t_FETCH"])
def test_it_refuses_a_name_that_any_prototype_has_case_aside(fetcher: RoutinePrototype, name: str) -> None:
    with pytest.raises(NameTaken, match="is taken by a routine"):
        services.create_flow(name, document=pipeline())
