"""Sending, trying again, giving up, sending again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobs import services
from jobs.errors import WrongState
from jobs.models import Webhook, WebhookDelivery
from jobs.webhooks import sending, signing, verbs, work
from jobs.webhooks.outbox import read_on
from jobs.webhooks.sending import MAX_ATTEMPTS, Outcome, Sender, delay, record, take
from routilux_site.lib import safe_net
from routilux_site.lib.safe_net import Answer, UnsafeURL
from tests.engine import make_flow, start


def send_due() -> int:
    """Send what is due, as much as goes at once; returns how many."""
    with Sender() as sender:
        return sender.go_on()


@pytest.fixture
def delivery(hook: Webhook) -> WebhookDelivery:
    services.cancel(job=start(make_flow("one", {"a": "test_pass"}, entry="a.input"), n=1))
    read_on()
    return WebhookDelivery.objects.get()


def now_of(delivery: WebhookDelivery) -> WebhookDelivery:
    delivery.refresh_from_db()
    return delivery


def test_it_sends_what_is_due_once(delivery: WebhookDelivery, sent: list[Any]) -> None:
    assert [send_due(), send_due()] == [1, 0]
    assert [each.pk for each in sent] == [delivery.pk]
    assert now_of(delivery).status == "delivered" and delivery.delivered_at


def test_it_is_the_task_of_a_worker(hook: Webhook, sent: list[Any]) -> None:
    services.cancel(job=start(make_flow("one", {"a": "test_pass"}, entry="a.input"), n=1))

    work.work()

    assert [each.kind for each in sent] == ["cancelled"]


def test_it_lets_nobody_wait_for_one_that_does_not_answer(hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = verbs.create_webhook(name="dead", url="https://dead.example.org/").webhook
    old = timezone.now() - timedelta(hours=1)
    for webhook, count, due_at in ((dead, 40, old), (hook, 20, timezone.now())):
        numbers = range(count)
        WebhookDelivery.objects.bulk_create(
            WebhookDelivery(webhook=webhook, event_id=n, job_id=webhook.pk, kind="failed", payload={}, due_at=due_at)
            for n in numbers
        )
    others_are_done = threading.Event()

    def send(delivery: WebhookDelivery) -> Outcome:
        return Outcome(answer=200 if delivery.webhook_id == hook.pk or others_are_done.wait(300) else None)

    monkeypatch.setattr(sending, "send", send)
    with sending.Sender() as sender:
        while hook.deliveries.filter(status="pending").exists():
            sender.go_on()
        assert dead.deliveries.filter(attempts=0).count() == 40 - sending.OF_ONE_WEBHOOK
        others_are_done.set()


def test_it_tries_again_later(delivery: WebhookDelivery) -> None:
    [taken] = take(1)
    record(taken, Outcome(answer=503, error="Answered 503."))

    assert (now_of(delivery).status, delivery.attempts, delivery.answer) == ("pending", 1, 503)
    assert delivery.due_at > timezone.now() + timedelta(seconds=5)
    assert take(1) == []


def test_it_waits_longer_each_time_and_not_for_ever() -> None:
    waits = [delay(attempt, 0.5) for attempt in range(1, MAX_ATTEMPTS + 1)]

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (10, sending.LONGEST_DELAY)
    assert delay(1, 0.0) < delay(1, 1.0)


@pytest.mark.parametrize(("attempts", "outcome"), [(MAX_ATTEMPTS - 1, {}), (0, {"hopeless": True})])
def test_it_gives_up(delivery: WebhookDelivery, attempts: int, outcome: dict[str, bool]) -> None:
    WebhookDelivery.objects.update(attempts=attempts)
    [taken] = take(1)
    record(taken, Outcome(error="no route", **outcome))

    assert (now_of(delivery).status, delivery.error) == ("dead", "no route")


def test_it_sends_again_what_was_given_up(delivery: WebhookDelivery, sent: list[Any]) -> None:
    WebhookDelivery.objects.update(status="dead", attempts=MAX_ATTEMPTS)
    verbs.resend(delivery=delivery)
    send_due()

    assert (now_of(delivery).status, delivery.attempts) == ("delivered", 1)


def test_it_does_not_send_again_what_is_under_way(delivery: WebhookDelivery) -> None:
    with pytest.raises(WrongState):
        verbs.resend(delivery=delivery)


def test_it_fences_off_a_sender_that_was_given_up(delivery: WebhookDelivery) -> None:
    [first] = take(1)
    WebhookDelivery.objects.update(due_at=timezone.now())
    [second] = take(1)

    assert record(second, Outcome(answer=200))
    assert not record(first, Outcome(error="late"))
    assert now_of(delivery).status == "delivered"


def test_it_leaves_webhooks_that_are_off_alone(delivery: WebhookDelivery) -> None:
    verbs.update_webhook(webhook=delivery.webhook, enabled=False)

    assert take(1) == []


def test_it_signs_what_it_sends(delivery: WebhookDelivery, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def post(url: str, body: bytes, headers: dict[str, str], policy: Any) -> Answer:
        seen.update(url=url, body=body, **headers)
        return Answer(204, b"")

    monkeypatch.setattr(safe_net, "post", post)
    assert sending.send(delivery).ok

    key = base64.b64decode(delivery.webhook.secret.removeprefix(signing.PREFIX))
    signed = f"{seen['webhook-id']}.{seen['webhook-timestamp']}.".encode() + seen["body"]
    assert seen["webhook-signature"] == "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


@pytest.mark.parametrize(
    ("error", "hopeless"), [(UnsafeURL("inside"), True), (TimeoutError(), False), (ConnectionResetError(), False)]
)
def test_it_knows_what_is_hopeless(
    delivery: WebhookDelivery, monkeypatch: pytest.MonkeyPatch, error: Exception, hopeless: bool
) -> None:
    def post(*args: Any) -> Answer:
        raise error

    monkeypatch.setattr(safe_net, "post", post)
    outcome = sending.send(delivery)

    assert (outcome.ok, outcome.hopeless, outcome.answer) == (False, hopeless, None)


def test_it_forgets_what_was_delivered_long_ago(delivery: WebhookDelivery) -> None:
    WebhookDelivery.objects.update(status="delivered")
    assert sending.forget_old() == 0

    WebhookDelivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert sending.forget_old() == 1
