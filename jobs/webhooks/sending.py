"""What is due is taken, sent side by side, and what came of it is written down."""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from jobs.models.webhook import DeliveryStatus, WebhookDelivery
from jobs.webhooks import signing
from routilux_site.lib import safe_net, strict_json
from routilux_site.lib.safe_net import Policy, UnsafeURL

AT_ONCE = 8
#: Longer than an attempt may take: whoever took a delivery and died gives it back so.
LEASE = timedelta(seconds=60)
KEPT = timedelta(days=30)
MAX_ATTEMPTS = 8
FIRST_DELAY, LONGEST_DELAY = 10.0, 6 * 3600.0  #: seconds; each is four times the one before


@dataclass(frozen=True, slots=True)
class Outcome:
    """`answer` is the status of the answer, None where there was none. `hopeless`: trying again would not help."""

    answer: int | None = None
    error: str = ""
    hopeless: bool = False

    @property
    def ok(self) -> bool:
        return self.answer is not None and 200 <= self.answer < 300


def send_due() -> int:
    """Send what is due, as much as goes at once; returns how many."""
    taken = take(AT_ONCE)
    if taken:
        with ThreadPoolExecutor(len(taken)) as pool:
            for delivery, outcome in zip(taken, pool.map(send, taken), strict=True):
                record(delivery, outcome)
    return len(taken)


def take(limit: int) -> Sequence[WebhookDelivery]:
    """Deliveries that are due, each counted as an attempt and out of the way of others for a while."""
    with transaction.atomic():
        rows = WebhookDelivery.objects.select_for_update(of=("self",), skip_locked=True).select_related("webhook")
        due = rows.filter(status=DeliveryStatus.PENDING, due_at__lte=Now(), webhook__enabled=True)
        taken = list(due.order_by("due_at")[:limit])
        WebhookDelivery.objects.filter(pk__in=[each.pk for each in taken]).update(
            attempts=F("attempts") + 1, due_at=Now() + LEASE
        )
    for each in taken:
        each.attempts += 1
    return taken


def send(delivery: WebhookDelivery) -> Outcome:
    """One attempt; touches no database, so that it may run in a thread."""
    body = strict_json.dumps(delivery.payload).encode()
    signed = signing.headers(delivery.webhook.secret, str(delivery), int(time.time()), body)
    headers = {"Content-Type": "application/json", "User-Agent": "Routilux", **signed}
    try:
        answer = safe_net.post(delivery.webhook.url, body, headers, policy())
    except UnsafeURL as error:
        return Outcome(error=error.message, hopeless=True)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Outcome(error=f"{type(error).__name__}: {error}")
    return Outcome(answer=answer.status, error="" if 200 <= answer.status < 300 else f"Answered {answer.status}.")


def record(delivery: WebhookDelivery, outcome: Outcome) -> bool:
    """False when somebody else has taken it meanwhile."""
    told: dict[str, Any] = {"answer": outcome.answer, "error": outcome.error[:300]}
    if outcome.ok:
        told |= {"status": DeliveryStatus.DELIVERED, "delivered_at": Now()}
    elif outcome.hopeless or delivery.attempts >= MAX_ATTEMPTS:
        told |= {"status": DeliveryStatus.DEAD}
    else:
        told |= {"due_at": Now() + timedelta(seconds=delay(delivery.attempts, random.random()))}  # noqa: S311 - no secret
    fence = WebhookDelivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts, status=DeliveryStatus.PENDING)
    return fence.update(**told) == 1


def delay(attempts: int, chance: float) -> float:
    """Seconds after so many attempts; a fifth of them is left to chance, so that many do not come back at once."""
    return float(min(FIRST_DELAY * 4 ** (attempts - 1), LONGEST_DELAY) * (0.9 + 0.2 * chance))


def forget_old(limit: int = 1000) -> int:
    """What was delivered long ago is of no use any more."""
    old = WebhookDelivery.objects.filter(status=DeliveryStatus.DELIVERED, created_at__lt=Now() - KEPT).order_by("id")
    count, _ = WebhookDelivery.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()
    return count


def policy() -> Policy:
    return Policy(allowed=settings.WEBHOOK_ALLOWED)
