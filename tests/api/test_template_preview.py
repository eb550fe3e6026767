"""A preview answers what the save would, and writes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from jobs import services as jobs
from templates_app import services
from templates_app.models import FlowPrototype, Prototype, Revision, RoutinePrototype
from tests.api.calls import get, pointers, post, refusal, send

CHANGE = {"set": {"config.count": 7}, "message": "Seven"}


def stored() -> Any:
    fields = ("name", "own", "rules", "version", "head", "problems", "archived_at", "updated_at")
    return list(Prototype.objects.order_by("pk").values_list(*fields)), Revision.objects.count()


def without_times(body: Any) -> Any:
    return {key: value for key, value in body.items() if not key.endswith("_at")}


def test_it_tells_what_follows(as_bob: Client, report: FlowPrototype) -> None:
    jobs.trigger(flow=report, launch=jobs.Launch(input={}, entry="a.input"))
    services.create_variant(report, name="eu", overrides={"nodes": {"a": {"config": {"count": 1}}}})

    found = post(as_bob, "routines/fast/impact", CHANGE).json()["impact"]

    assert (found["fields"], found["reached"]) == ({"fast": ["config.count"]}, 3)
    assert [(moved["flow"], moved["unfinished_jobs"]) for moved in found["moved"]] == [("report", 1)]
    assert found["staying"] == [{"kind": "flow", "name": "eu", "path": "nodes.a.config.count", "layer": "eu"}]


def test_it_agrees_with_the_save(as_bob: Client, report: FlowPrototype) -> None:
    preview = post(as_bob, "routines/fast/impact", CHANGE).json()

    saved = send(as_bob, "PATCH", "routines/fast", CHANGE, if_match="*").json()

    assert without_times(saved) == without_times(preview["result"])
    assert get(as_bob, "flows/report").json()["revision"]["hash"] == preview["impact"]["moved"][0]["new_hash"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "routines/fast", CHANGE),
        ("PUT", "routines/fast", {"document": {}}),
        ("POST", "flows", {"name": "n", "document": {"nodes": {"a": {"routine": "fast"}}}}),
        ("POST", "routines/fast/variants", {"name": "n"}),
        ("POST", "flows/report/duplicates", {"name": "n"}),
        ("POST", "flows/eu/promote", {"paths": ["max_workers"]}),
        ("POST", "flows/eu/detach", {}),
        ("POST", "flows/eu/reset", {"path": "max_workers"}),
        ("PUT", "routines/fast/rules", {"path": "config.count", "rule": {"max": 9}}),
        ("POST", "flows/eu/archive", {}),
        ("POST", "flows/report/revisions/1/restore", {}),
    ],
)
def test_it_writes_nothing_whatever_the_verb(
    as_bob: Client, report: FlowPrototype, method: str, path: str, body: Any
) -> None:
    services.create_variant(report, name="eu", overrides={"settings": {"max_workers": 1}})
    before = stored()

    response = send(as_bob, method, f"{path}?preview=true", body, if_match="*")

    assert (response.status_code, sorted(response.json())) == (200, ["impact", "result"])
    assert stored() == before


def test_it_refuses_what_the_save_would_refuse(as_bob: Client, fast: RoutinePrototype) -> None:
    response = post(as_bob, "routines/fast/impact", {"set": {"config.count": -1}})

    assert (refusal(response), pointers(response)) == ((400, "invalid-template"), ["/set/config.count"])


@pytest.mark.parametrize("query", ["?preview=perhaps", "?preveiw=true"])
def test_it_does_not_save_when_the_question_is_unclear(as_bob: Client, fast: RoutinePrototype, query: str) -> None:
    response = send(as_bob, "PATCH", f"routines/fast{query}", CHANGE, if_match="*")

    assert refusal(response) == (400, "validation-error")
    assert RoutinePrototype.objects.get(name="fast").version == 1
