from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from templates_app.models import FlowPrototype, RoutinePrototype
from tests.api.calls import etag, get, pointers, refusal, send


def put(client: Client, path: str, body: Any, **headers: str) -> Any:
    return send(client, "PUT", path, body, **{"if_match": etag(client, path), **headers})


def test_it_replaces_the_document_and_keeps_the_words(as_bob: Client, fast: RoutinePrototype) -> None:
    RoutinePrototype.objects.update(description="Words.")

    response = put(as_bob, "routines/fast", {"document": {"timeout": 3}})

    assert (response.status_code, response.json()["document"]) == (200, {"timeout": 3})
    assert (response.json()["description"], response.json()["version"]) == ("Words.", 2)
    assert response["ETag"] == get(as_bob, "routines/fast")["ETag"]


def test_it_makes_a_revision_with_author_and_message(as_bob: Client, bob: User, report: FlowPrototype) -> None:
    document = get(as_bob, "flows/report").json()["document"]

    put(as_bob, "flows/report", {"document": {**document, "settings": {"max_workers": 9}}, "message": "More at once"})

    head = FlowPrototype.objects.get(name="report").head
    assert head and (head.number, head.message, head.created_by) == (2, "More at once", bob)


def test_it_takes_back_what_it_gave_out(as_bob: Client, report: FlowPrototype) -> None:
    body = get(as_bob, "flows/report").json()

    response = put(as_bob, "flows/report", {"document": body["document"], "tags": body["tags"]})

    assert response.json()["revision"] == body["revision"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/document"),
        ({"document": {"config": {"count": "x"}}}, "/document/config/count"),
        ({"document": {}, "version": 1}, "/version"),
        ({"document": {}, "name": "other"}, "/name"),
        ({"document": {}, "message": "x" * 501}, "/message"),
        ([], ""),
    ],
)
def test_it_refuses_a_bad_body(as_bob: Client, fast: RoutinePrototype, body: Any, pointer: str) -> None:
    response = put(as_bob, "routines/fast", body)

    assert (response.status_code, pointers(response)) == (400, [pointer])
    assert RoutinePrototype.objects.get(name="fast").version == 1


def test_it_refuses_to_change_code(as_bob: Client, db: None) -> None:
    assert refusal(put(as_bob, "routines/test_pass", {"document": {}})) == (409, "read-only")


def test_it_refuses_who_may_not_change(as_alice: Client, alice: User, fast: RoutinePrototype) -> None:
    alice.user_permissions.remove(*alice.user_permissions.filter(codename="change_routineprototype"))

    assert refusal(put(as_alice, "routines/fast", {"document": {}})) == (403, "permission-denied")
