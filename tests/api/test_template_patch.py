from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.api.calls import pointers, refusal, send


def patch(client: Client, path: str, body: Any, **headers: str) -> Any:
    return send(client, "PATCH", path, body, **{"if_match": "*", **headers})


def test_it_sets_a_field_and_leaves_the_others(as_bob: Client, report: FlowPrototype) -> None:
    response = patch(as_bob, "flows/report", {"set": {"nodes.a.config.count": 9, "settings.timeout": 60}})

    document = response.json()["document"]
    assert document["nodes"]["a"] == {"routine": "fast", "config": {"count": 9}}
    assert document["settings"] == {"max_workers": 4, "timeout": 60}


def test_it_tells_absent_from_null(as_bob: Client, report: FlowPrototype) -> None:
    services.create_variant(report, name="eu", overrides={"settings": {"max_workers": 1}})

    null = patch(as_bob, "flows/eu", {"set": {"max_workers": None}}).json()["document"]
    absent = patch(as_bob, "flows/eu", {"reset": ["max_workers"]}).json()["document"]

    assert (null["settings"], absent["settings"]) == ({"max_workers": None}, {})


def test_it_changes_words_alone_without_a_revision(as_bob: Client, report: FlowPrototype) -> None:
    response = patch(as_bob, "flows/report", {"description": "New words.", "tags": ["a"]})

    assert (response.json()["description"], response.json()["tags"]) == ("New words.", ["a"])
    assert response.json()["revision"]["number"] == 1


def test_it_renames(as_bob: Client, report: FlowPrototype) -> None:
    response = patch(as_bob, "flows/report", {"name": "summary"})

    assert (response.status_code, response.json()["name"]) == (200, "summary")
    assert not FlowPrototype.objects.filter(name="report").exists()


def test_it_adds_and_removes_a_node(as_bob: Client, report: FlowPrototype) -> None:
    node = {"nodes.c": {"routine": "test_pass"}, "connections": [["a.output", "c.input"]]}

    response = patch(as_bob, "flows/report", {"set": node, "reset": ["nodes.b"]})

    assert sorted(response.json()["document"]["nodes"]) == ["a", "c"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"set": {"config.count": -1}}, "/set/config.count"),
        ({"set": {"config.cuont": 1}}, "/set/config.cuont"),
        ({"set": {"policy": {"type": "no"}}}, "/set/policy/type"),
        ({"set": {"a..b": 1}}, "/set"),
        ({"set": {"": 1}}, "/set"),
        ({"set": []}, "/set"),
        ({"set": {"config.count.x": 1}}, "/set/config.count.x"),
        ({"reset": ["config.other"]}, "/reset/0"),
        ({"reset": ["timeout", "config.count"]}, "/reset/0"),
        ({"reset": [5]}, "/reset/0"),
        ({"document": {}}, "/document"),
        ({"name": "a b"}, "/name"),
    ],
)
def test_it_refuses_a_bad_change_and_points_at_it(
    as_bob: Client, fast: RoutinePrototype, body: Any, pointer: str
) -> None:
    response = patch(as_bob, "routines/fast", body)

    assert (response.status_code, pointers(response)) == (400, [pointer])
    assert RoutinePrototype.objects.get(name="fast").version == 1


def test_it_heeds_locks(as_bob: Client, fast: RoutinePrototype) -> None:
    services.set_rule(fast, path="config.count", rule={"locked": True})
    services.create_variant(fast, name="faster")

    response = patch(as_bob, "routines/faster", {"set": {"config.count": 9}})

    assert (refusal(response), pointers(response)) == ((400, "invalid-template"), ["/set/config.count"])
    assert response.json()["errors"][0]["code"] == "locked"


@pytest.mark.parametrize("variants", [1, 8])
def test_it_saves_in_constant_queries(
    as_bob: Client, report: FlowPrototype, django_assert_num_queries: DjangoAssertNumQueries, variants: int
) -> None:
    for number in range(variants):
        services.create_variant(report, name=f"v{number}")

    # who asks (4), what is read before (6) and told after (6), the verb with its dependants
    with django_assert_num_queries(41):
        patch(as_bob, "flows/report", {"set": {"max_workers": 9}})
