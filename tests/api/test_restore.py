from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from templates_app.models import FlowPrototype
from tests.api.calls import etag, get, post, refusal, send


def change(client: Client) -> None:
    send(client, "PATCH", "flows/report", {"set": {"max_workers": 9}}, if_match="*")


def test_it_saves_the_flow_as_it_was(as_bob: Client, report: FlowPrototype) -> None:
    change(as_bob)

    body = post(as_bob, "flows/report/revisions/1/restore", {"message": "Too many"}).json()

    assert (body["revision"]["number"], body["version"]) == (1, 3)
    assert body["document"]["settings"] == {"max_workers": 4}


def test_it_previews(as_bob: Client, report: FlowPrototype) -> None:
    change(as_bob)

    found = post(as_bob, "flows/report/revisions/1/restore?preview=true").json()["impact"]

    assert found["fields"] == {"report": ["max_workers"]}
    assert get(as_bob, "flows/report").json()["revision"]["number"] == 2


def test_it_heeds_what_was_read(as_bob: Client, report: FlowPrototype) -> None:
    tag = etag(as_bob, "flows/report")
    change(as_bob)

    assert refusal(post(as_bob, "flows/report/revisions/1/restore", if_match=tag)) == (412, "stale-version")


def test_it_refuses_who_may_not_change(as_alice: Client, alice: User, report: FlowPrototype) -> None:
    alice.user_permissions.remove(*alice.user_permissions.filter(codename="change_flowprototype"))

    assert refusal(post(as_alice, "flows/report/revisions/1/restore")) == (403, "permission-denied")
