"""Who is told when jobs end, and what became of each telling."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jobs.models.job import Job
from routilux_site.lib.ids import uuid7
from templates_app.models import FlowPrototype

#: Kinds of JobEvent that a webhook may ask for.
ENDS = ("completed", "failed", "cancelled")


class DeliveryStatus(models.TextChoices):
    PENDING = "pending"  #: due at `due_at`
    DELIVERED = "delivered"  #: answered with 2xx
    DEAD = "dead"  #: given up; somebody may send it again


class Webhook(models.Model):
    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=2000)
    # In the clear, because each delivery is signed with it; shown once.
    secret = models.CharField(max_length=100)
    flow = models.ForeignKey(
        FlowPrototype, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="None: all flows."
    )
    events: models.JSONField[Any, Any] = models.JSONField(default=list)
    enabled = models.BooleanField(default=True)
    # Only what happened later is told.
    after_event = models.BigIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event for one webhook: `payload` is what was true when it happened."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event_id = models.BigIntegerField()
    # Without a constraint: it says what was, also when its job is pruned.
    job = models.ForeignKey(Job, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    kind = models.CharField(max_length=32)
    payload: models.JSONField[Any, Any] = models.JSONField()
    status = models.CharField(max_length=16, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    # Counted when it is taken; the fence of whoever sends it.
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    answer = models.IntegerField(null=True, help_text="The status of the last answer.")
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "webhook deliveries"
        constraints = [
            # Exactly one for each event and webhook, however often the events are read.
            models.UniqueConstraint(fields=["webhook", "event_id"], name="jobs_webhookdelivery_once"),
            models.CheckConstraint(condition=Q(status__in=DeliveryStatus.values), name="jobs_webhookdelivery_status"),
        ]
        indexes = [
            # What is to be sent next.
            models.Index("due_at", name="jobs_webhookdelivery_due", condition=Q(status="pending")),
            # The list of a webhook, newest first.
            models.Index("webhook", F("id").desc(), name="jobs_webhookdelivery_newest"),
        ]

    def __str__(self) -> str:
        return f"msg_{self.pk}"


class Outbox(models.Model):
    """How far the events of jobs have been read for webhooks. One row.

    `gaps` are ids below `event_id` that were not there yet: [id, until, seen]. An event whose transaction is still
    under way shows up in its gap; a gap is given up when every transaction of its time is over.
    """

    event_id = models.BigIntegerField(default=0)
    gaps: models.JSONField[Any, Any] = models.JSONField(default=list)
    busy_until = models.DateTimeField(db_default=Now(), help_text="Somebody sends, or was called to.")

    def __str__(self) -> str:
        return str(self.event_id)
