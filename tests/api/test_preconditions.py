"""If-Match: nobody's change is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from templates_app.refusals import StaleVersion
from tests.api.calls import etag, post, refusal, send

CHANGE = {"set": {"config.count": 7}}


def patch(client: Client, **headers: str) -> Any:
    return send(client, "PATCH", "routines/fast", CHANGE, **headers)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_it_requires_what_was_read(as_bob: Client, fast: RoutinePrototype, method: str) -> None:
    response = send(as_bob, method, "routines/fast", CHANGE if method == "PATCH" else {"document": {}})

    assert refusal(response) == (428, "precondition-required")
    assert etag(as_bob, "routines/fast") in response.json()["detail"]


def test_it_tells_who_was_faster_and_what_it_is_at(as_bob: Client, alice: User, fast: RoutinePrototype) -> None:
    tag = etag(as_bob, "routines/fast")
    services.update_routine(fast, own={"config": {"count": 8}}, version=1, actor=alice)

    response = patch(as_bob, if_match=tag)

    assert refusal(response) == (412, "stale-version")
    assert response["ETag"] == etag(as_bob, "routines/fast") != tag
    assert "by alice" in response.json()["detail"]


def test_it_tells_when_a_parent_has_changed(as_bob: Client, fast: RoutinePrototype, report: FlowPrototype) -> None:
    tag = etag(as_bob, "flows/report")
    services.update_routine(fast, own={"config": {"count": 8}}, version=1)

    response = send(as_bob, "PATCH", "flows/report", {"set": {"max_workers": 2}}, if_match=tag)

    assert refusal(response) == (412, "stale-version")
    assert "builds on" in response.json()["detail"]


def test_it_takes_weak_tags_lists_and_a_star(as_bob: Client, fast: RoutinePrototype) -> None:
    weak = patch(as_bob, if_match=f'"x", W/{etag(as_bob, "routines/fast")}')

    assert weak.status_code == 200
    assert patch(as_bob, if_match="*").status_code == 200


HEADERS = ["", "nonsense", '"', '"1"', '"99999999999999-a"', "W/", '"1-é"', '"a" "b"' * 5000]


@pytest.mark.parametrize("header", HEADERS)
def test_it_refuses_any_other_tag(as_bob: Client, fast: RoutinePrototype, header: str) -> None:
    assert refusal(patch(as_bob, if_match=header)) == (412, "stale-version")
    assert RoutinePrototype.objects.get(name="fast").version == 1


def test_it_refuses_who_loses_the_race(as_bob: Client, fast: RoutinePrototype, monkeypatch: pytest.MonkeyPatch) -> None:
    def slower(*args: Any, **kwargs: Any) -> None:
        raise StaleVersion("Somebody was faster.", path="version")

    tag = etag(as_bob, "routines/fast")
    monkeypatch.setattr(services, "update_routine", slower)

    response = patch(as_bob, if_match=tag)
    assert (refusal(response), response["ETag"]) == ((412, "stale-version"), tag)


def test_it_does_not_ask_other_verbs_for_it_but_heeds_it(as_bob: Client, fast: RoutinePrototype) -> None:
    stale = etag(as_bob, "routines/fast")
    rule = {"path": "config.count", "rule": {"max": 9}}

    assert send(as_bob, "PUT", "routines/fast/rules", rule).status_code == 200
    assert refusal(post(as_bob, "routines/fast/reset", {"path": "config.count"}, if_match=stale)) == (
        412,
        "stale-version",
    )
