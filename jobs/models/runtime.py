"""Who runs: sessions, supervised clusters, and the wake-up tickets that django-q2 carries."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from routilux_site.lib.ids import uuid7


class CodeVersion(models.Model):
    """The code that sessions ran: for each registered class, a hash of the module that defines it."""

    hash = models.CharField(primary_key=True, max_length=64)
    classes = models.JSONField(default=dict)
    first_seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.hash[:12]


class Session(models.Model):
    """One django-q2 task during which a worker process works off whatever is runnable."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    cluster = models.CharField(max_length=64, blank=True)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    lanes = models.IntegerField()
    started_at = models.DateTimeField(db_default=Now())
    # In no index, so that a heartbeat is a heap-only update.
    heartbeat_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True, db_default="")
    # Which CodeVersion it ran; written once, when it opens, so that a step knows its code by its session.
    code = models.CharField(max_length=64, blank=True, db_default="")

    class Meta:
        ordering = ["-id"]
        indexes = [
            # The sweep for dead sessions and the supervisor look only at those that have not ended.
            models.Index("id", name="jobs_session_live", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class Cluster(models.Model):
    """A django-q2 cluster and the supervisor that keeps it alive. One row a supervisor, updated by its heartbeat."""

    id = models.CharField(primary_key=True, max_length=64)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    workers = models.IntegerField()
    restarts = models.IntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    heartbeat_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    last_restart_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class Ticket(models.Model):
    """A django-q2 message. Wake-up tickets say only that there is work; any other django-q2 task rides along."""

    key = models.CharField(max_length=100)
    payload = models.TextField()
    wake = models.BooleanField(default=False)
    visible_at = models.DateTimeField(db_default=Now())
    taken_at = models.DateTimeField(null=True)
    taken_by = models.CharField(max_length=64, blank=True, db_default="", help_text="The cluster whose pusher took it.")
    # Counts deliveries; together with the id it is the token that an acknowledgement must show.
    deliveries = models.IntegerField(default=0, db_default=0)

    class Meta:
        indexes = [
            # The pusher takes what is due, in due order.
            models.Index("key", F("visible_at").asc(), "id", name="jobs_ticket_due"),
        ]

    def __str__(self) -> str:
        return f"{self.key}#{self.pk}"
