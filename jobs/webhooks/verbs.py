"""The verbs on webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from jobs.admission.launch import Actor
from jobs.errors import JobError, WrongState
from jobs.models.webhook import ENDS, DeliveryStatus, Webhook, WebhookDelivery
from jobs.webhooks import signing
from jobs.webhooks.outbox import newest_event, start_from_here
from jobs.webhooks.sending import policy
from routilux_site.lib import safe_net
from routilux_site.lib.text import is_label
from templates_app.selectors import flow_by_name

MOST = 100


class BadWebhook(JobError):
    code = "bad-webhook"


@dataclass(frozen=True)
class Made:
    """`secret` is what its deliveries are signed with; it is shown once."""

    webhook: Webhook
    secret: str = field(repr=False)


def create_webhook(
    *, name: str, url: str, events: Sequence[str] = ENDS, flow: str | None = None, actor: Actor = None
) -> Made:
    """Tell `url` when jobs end from now on: those of `flow`, or of all flows.

    Raises BadWebhook, UnsafeURL and UnknownFlow.
    """
    webhook = Webhook(secret=signing.new_secret(), created_by_id=getattr(actor, "pk", None))
    _set(webhook, {"name": name, "url": url, "events": events, "flow": flow})
    with transaction.atomic():
        if Webhook.objects.count() >= MOST:
            raise BadWebhook(f"There are {MOST} webhooks already, which are as many as are accepted.")
        _listen(webhook)
        webhook.save(force_insert=True)
    webhook.refresh_from_db()
    return Made(webhook, webhook.secret)


def update_webhook(*, webhook: Webhook, **changes: Any) -> Webhook:
    """`changes` are some of name, url, events, flow, enabled. What happens while it is off is not told later."""
    enabled = changes.pop("enabled", webhook.enabled)
    with transaction.atomic():
        found = Webhook.objects.select_for_update().get(pk=webhook.pk)
        _set(found, changes)
        if enabled and not found.enabled:
            _listen(found)
        found.enabled = enabled
        found.save()
    return found


def rotate_secret(*, webhook: Webhook) -> Made:
    """From now on its deliveries are signed with another secret."""
    secret = signing.new_secret()
    Webhook.objects.filter(pk=webhook.pk).update(secret=secret)
    webhook.refresh_from_db()
    return Made(webhook, secret)


def delete_webhook(*, webhook: Webhook) -> None:
    """With its deliveries: what was not sent is not sent any more."""
    webhook.delete()


def resend(*, delivery: WebhookDelivery) -> WebhookDelivery:
    """Send a delivery again that was delivered or given up. Raises WrongState while it is under way."""
    rows = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(status=DeliveryStatus.PENDING)
    fresh = {"attempts": 0, "due_at": Now(), "delivered_at": None, "error": "", "answer": None}
    if not rows.update(status=DeliveryStatus.PENDING, **fresh):
        raise WrongState("The delivery is under way already.", path="status")
    delivery.refresh_from_db()
    return delivery


def _listen(webhook: Webhook) -> None:
    if not Webhook.objects.filter(enabled=True).exists():
        start_from_here()
    webhook.after_event = newest_event()


def _set(webhook: Webhook, changes: dict[str, Any]) -> None:
    if "name" in changes:
        webhook.name = _name(changes["name"])
    if "url" in changes:
        safe_net.parse(changes["url"], policy())
        webhook.url = changes["url"]
    if "events" in changes:
        webhook.events = _events(changes["events"])
    if "flow" in changes:
        webhook.flow = flow_by_name(changes["flow"]) if changes["flow"] else None


def _name(name: str) -> str:
    if not is_label(name):
        raise BadWebhook("A webhook needs a name of at most 100 printable characters.", path="name")
    return name


def _events(events: Sequence[str]) -> list[str]:
    unknown = [event for event in events if event not in ENDS]
    if unknown or not events:
        wrong = f"{unknown[0]!r} is no end of a job" if unknown else "No end of a job is chosen"
        raise BadWebhook(f"{wrong}: {', '.join(ENDS)} are accepted.", path="events")
    return [event for event in ENDS if event in events]
