"""What a token is narrowed to, beside its flows."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from jobs import scopes, services
from jobs.access import BadToken, create_token
from jobs.models import Job
from jobs.scopes import SCOPES, scope_of
from templates_app.models import FlowPrototype
from tests.api.calls import bearer, get, post, refusal, send

BODY = {"input": {"n": 1}}


def with_scopes(user: User, *names: str) -> Client:
    return bearer(create_token(user=user, name="n", scopes=names).text)


@pytest.mark.parametrize(
    ("permission", "scope"),
    [
        ("templates_app.view_flowprototype", "read"),
        ("templates_app.trigger_flowprototype", "trigger"),
        ("templates_app.archive_flowprototype", "templates"),
        ("jobs.view_job", "read"),
        ("jobs.cancel_job", "control"),
        ("jobs.add_upload", "uploads"),
        ("jobs.view_apitoken", "manage"),
    ],
)
def test_it_knows_the_scope_of_a_permission(permission: str, scope: str) -> None:
    assert scope_of(permission) == scope


def test_it_has_a_scope_for_every_permission(db: None) -> None:
    rows = Permission.objects.filter(content_type__app_label__in=("jobs", "templates_app"))
    found = {scope_of(f"{app}.{name}") for app, name in rows.values_list("content_type__app_label", "codename")}

    assert found == SCOPES.keys()
    assert scopes.allows([], "jobs.cancel_job")


def test_it_triggers_and_no_more(bob: User, orders: FlowPrototype) -> None:
    client = with_scopes(bob, "trigger")
    job = post(client, "flows/orders/jobs", BODY).json()["id"]

    assert get(client, f"jobs/{job}").json()["status"] == "pending"
    assert refusal(post(client, f"jobs/{job}/cancel")) == (403, "permission-denied")
    assert refusal(send(client, "PATCH", "flows/orders", {"set": {}}, if_match="*")) == (403, "permission-denied")


def test_it_sees_only_what_its_user_triggered(bob: User, alice: User, orders: FlowPrototype) -> None:
    services.trigger(flow=orders, launch=services.Launch(input={"n": 1}), actor=alice)

    assert get(with_scopes(bob, "trigger"), "jobs").json()["results"] == []
    assert len(get(with_scopes(bob, "read"), "jobs").json()["results"]) == 1


def test_it_sees_flows_without_their_documents(bob: User, orders: FlowPrototype) -> None:
    assert get(with_scopes(bob, "trigger"), "flows/orders").json()["document"] is None
    assert get(with_scopes(bob, "read"), "flows/orders").json()["document"]


def test_it_reads_and_no_more(bob: User, orders: FlowPrototype) -> None:
    response = post(with_scopes(bob, "read"), "flows/orders/jobs", BODY)

    assert refusal(response) == (403, "permission-denied")
    assert "its scopes (read) leave it out" in response.json()["detail"]


def test_it_gives_no_more_than_its_user_has(charlie: User, orders: FlowPrototype) -> None:
    assert refusal(get(with_scopes(charlie, "read"), "flows")) == (403, "permission-denied")


def test_it_refuses_scopes_that_do_not_exist(bob: User) -> None:
    with pytest.raises(BadToken, match=r"'admin' is no scope\. Accepted: read, trigger"):
        create_token(user=bob, name="n", scopes=["admin"])


def test_it_is_kept_with_the_job(bob: User, orders: FlowPrototype) -> None:
    client = bearer(create_token(user=bob, name="web shop").text)
    job = post(client, "flows/orders/jobs", BODY).json()["id"]
    again = post(client, f"jobs/{job}/rerun", {"revision": "pinned"}).json()["id"]

    told = get(client, f"jobs/{again}").json()
    assert (told["token"], told["rerun_of"]) == ("web shop", job)
    assert set(Job.objects.values_list("token__name", flat=True)) == {"web shop"}
