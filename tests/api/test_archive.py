from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from templates_app.models import FlowPrototype
from tests.api.calls import etag, get, post, refusal


def test_it_takes_a_flow_out_of_use_and_brings_it_back(as_bob: Client, report: FlowPrototype) -> None:
    gone = post(as_bob, "flows/report/archive", {"message": "Not needed"}).json()
    back = post(as_bob, "flows/report/unarchive").json()

    assert gone["archived_at"] and not gone["runnable"]
    assert (back["archived_at"], back["runnable"]) == (None, True)


def test_it_keeps_why(as_bob: Client, report: FlowPrototype) -> None:
    post(as_bob, "flows/report/archive", {"message": "Nobody reads it"})
    post(as_bob, "flows/report/unarchive", {"message": "The auditor does"})

    told = [entry.change_message for entry in LogEntry.objects.order_by("id")]
    assert told == ["Archived. Nobody reads it", "Brought back from the archive. The auditor does"]


def test_it_refuses_what_is_in_use(as_bob: Client, report: FlowPrototype) -> None:
    response = post(as_bob, "routines/fast/archive")

    assert refusal(response) == (409, "in-use")
    assert "report" in response.json()["detail"]


def test_it_heeds_what_was_read(as_bob: Client, report: FlowPrototype) -> None:
    tag = etag(as_bob, "flows/report")
    post(as_bob, "flows/report/archive", if_match=tag)

    assert refusal(post(as_bob, "flows/report/unarchive", if_match=tag)) == (412, "stale-version")
    assert get(as_bob, "flows/report").json()["archived_at"]


def test_it_refuses_who_may_not_archive(as_alice: Client, alice: User, report: FlowPrototype) -> None:
    alice.user_permissions.remove(*alice.user_permissions.filter(codename="archive_flowprototype"))

    assert refusal(post(as_alice, "flows/report/archive")) == (403, "permission-denied")
    assert refusal(post(as_alice, "flows/report/unarchive")) == (403, "permission-denied")
