"""What is due is taken, sent side by side, and what came of it is written down."""

from __future__ import annotations

import http.client
import random
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, Window
from django.db.models.functions import Now, RowNumber

from jobs.models.webhook import DeliveryStatus, WebhookDelivery
from jobs.webhooks import signing
from routilux_site.lib import safe_net, strict_json
from routilux_site.lib.safe_net import Policy, UnsafeURL

AT_ONCE = 16
OF_ONE_WEBHOOK = 2
PATIENCE = 1.0  #: seconds until it is looked again for what is due
NOBODY: Mapping[UUID, int] = {}
_DUE = Q(status=DeliveryStatus.PENDING, due_at__lte=Now(), webhook__enabled=True)
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


class Sender:
    """Sends side by side, and of one webhook only a few at once, so that one that does not answer delays nobody else.

    A context: at its end what is under way is waited for.
    """

    def __init__(self) -> None:
        self._under_way: dict[Future[Outcome], WebhookDelivery] = {}

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhooks")
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown()
        self._record(self._under_way)

    def go_on(self, patience: float = PATIENCE) -> int:
        """Begin what is due and has room, and wait a moment for what is under way; returns how much there was."""
        busy = Counter(delivery.webhook_id for delivery in self._under_way.values())
        for delivery in take(AT_ONCE - len(self._under_way), busy):
            self._under_way[self._pool.submit(send, delivery)] = delivery
        count = len(self._under_way)
        self._record(wait(self._under_way, patience, FIRST_COMPLETED).done)
        return count

    def _record(self, done: Iterable[Future[Outcome]]) -> None:
        for future in list(done):
            record(self._under_way.pop(future), future.result())


def take(limit: int, busy: Mapping[UUID, int] = NOBODY) -> Sequence[WebhookDelivery]:
    """Deliveries that are due, each counted as an attempt and out of the way of others for a while.

    `busy` says how many of each webhook are under way.
    """
    if limit <= 0:
        return []
    with transaction.atomic():
        rows = WebhookDelivery.objects.select_for_update(of=("self",), skip_locked=True).select_related("webhook")
        taken = list(rows.filter(_DUE, pk__in=_fair(limit, busy)).order_by("due_at"))
        WebhookDelivery.objects.filter(pk__in=[each.pk for each in taken]).update(
            attempts=F("attempts") + 1, due_at=Now() + LEASE
        )
    for each in taken:
        each.attempts += 1
    return taken


def _fair(limit: int, busy: Mapping[UUID, int]) -> list[int]:
    """What has waited longest, no more of a webhook than may be under way with it."""
    place = Window(RowNumber(), partition_by=F("webhook"), order_by=F("due_at").asc())
    ranked = WebhookDelivery.objects.filter(_DUE).annotate(place=place).filter(place__lte=OF_ONE_WEBHOOK)
    rows = ranked.order_by("due_at").values_list("pk", "webhook", "place")
    return [pk for pk, webhook, place in rows if place + busy.get(webhook, 0) <= OF_ONE_WEBHOOK][:limit]


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
