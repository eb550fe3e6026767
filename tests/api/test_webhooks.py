"""Webhooks over REST and in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from jobs.models import Job, Webhook, WebhookDelivery
from jobs.webhooks import verbs
from templates_app.models import FlowPrototype
from tests.api.calls import get, pointers, post, refusal, send

BODY = {"name": "erp", "url": "https://erp.example.org/hook"}


@pytest.fixture
def hook(db: None) -> Webhook:
    return verbs.create_webhook(name="erp", url="https://erp.example.org/hook").webhook


@pytest.fixture
def dead(hook: Webhook, job: Job) -> WebhookDelivery:
    return WebhookDelivery.objects.create(
        webhook=hook, event_id=1, job=job, kind="failed", payload={"type": "job.failed"}, status="dead"
    )


def test_it_makes_a_webhook_and_shows_its_secret_once(as_bob: Client, bob: User, orders: FlowPrototype) -> None:
    response = post(as_bob, "webhooks", {**BODY, "flow": "orders", "events": ["failed"]})

    made = Webhook.objects.get()
    assert (response.status_code, response.json()["secret"], made.created_by) == (201, made.secret, bob)
    assert (made.flow, made.events, response["Cache-Control"]) == (orders, ["failed"], "no-store")
    assert "secret" not in as_bob.get(response["Location"]).json()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({**BODY, "url": "http://169.254.169.254/latest"}, "/url"),
        ({**BODY, "url": "https://localhost:5432/"}, "/url"),
        ({**BODY, "url": "ftp://example.org/"}, "/url"),
        ({**BODY, "name": "a\nb"}, "/name"),
        ({**BODY, "events": []}, "/events"),
        ({**BODY, "events": ["started"]}, "/events/0"),
        ({**BODY, "flow": "nope"}, "/flow"),
        ({**BODY, "secret": "mine"}, "/secret"),
    ],
)
def test_it_says_what_is_wrong(as_bob: Client, orders: FlowPrototype, body: object, pointer: str) -> None:
    assert pointers(post(as_bob, "webhooks", body)) == [pointer]
    assert not Webhook.objects.exists()


def test_it_changes_turns_and_deletes(as_bob: Client, hook: Webhook) -> None:
    place = f"webhooks/{hook.pk}"

    assert send(as_bob, "PATCH", place, {"enabled": False, "name": "sap"}).json()["name"] == "sap"
    assert post(as_bob, f"{place}/rotate").json()["secret"] not in ("", hook.secret)
    assert send(as_bob, "DELETE", place).status_code == 204
    assert refusal(get(as_bob, place)) == (404, "not-found")


def test_it_lists_deliveries_and_sends_one_again(as_bob: Client, dead: WebhookDelivery) -> None:
    place = f"webhooks/{dead.webhook_id}/deliveries"

    assert [row["id"] for row in get(as_bob, f"{place}?status=dead").json()["results"]] == [dead.pk]
    assert post(as_bob, f"{place}/{dead.pk}/resend").json()["status"] == "pending"
    assert refusal(post(as_bob, f"{place}/{dead.pk}/resend")) == (409, "wrong-state")
    assert get(as_bob, f"{place}?status=dead").json()["results"] == []


def test_it_takes_the_permission_to_see_jobs(as_charlie: Client, charlie: User) -> None:
    charlie.user_permissions.set(Permission.objects.filter(codename="add_webhook"))

    assert refusal(post(as_charlie, "webhooks", BODY)) == (403, "permission-denied")


def test_the_admin_makes_one_and_shows_its_secret_once(as_bob: Client) -> None:
    fields = {**BODY, "events": ["failed"], "flow": ""}
    refused = as_bob.post("/admin/jobs/webhook/add/", {**fields, "url": "http://10.0.0.1/"})
    page = as_bob.post("/admin/jobs/webhook/add/", fields)

    assert "no public address" in refused.content.decode()
    assert Webhook.objects.get().secret in page.content.decode()
    assert Webhook.objects.get().secret not in as_bob.get("/admin/jobs/webhook/").content.decode()


def test_the_admin_sends_again(as_bob: Client, dead: WebhookDelivery) -> None:
    page = "/admin/jobs/webhookdelivery/"
    said = {"action": "resend", "_selected_action": [dead.pk]}

    assert "is on its way again" in as_bob.post(page, said, follow=True).content.decode()
    assert WebhookDelivery.objects.get().status == "pending"
