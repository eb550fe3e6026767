"""Schedules: which flow is run with which input, and when. Staff choose a flow, never a function."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jobs.schedules.slots import Cron, Every, Timing
from templates_app.models import FlowPrototype


class Overlap(models.TextChoices):
    SKIP = "skip", "Skip the slot"
    QUEUE = "queue", "Wait for the earlier job"
    PARALLEL = "parallel", "Run side by side"


class CatchUp(models.TextChoices):
    ALL = "all", "Run each slot that was missed"
    ONE = "one", "Run once, for the latest slot that was missed"
    NONE = "none", "Run nothing for what was missed"


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def active(self) -> ScheduleQuerySet:
        return self.filter(archived_at=None)

    def due(self, now: datetime) -> ScheduleQuerySet:
        return self.active().filter(enabled=True, next_at__lte=now)


class Schedule(models.Model):
    name = models.CharField(max_length=100, unique=True)
    flow = models.ForeignKey(FlowPrototype, on_delete=models.PROTECT, related_name="schedules")
    input: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    entry = models.CharField(max_length=130, blank=True)
    overrides: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    priority = models.SmallIntegerField(default=0)
    cron = models.CharField(max_length=100, blank=True)
    interval_seconds = models.IntegerField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    anchor_at = models.DateTimeField(db_default=Now(), help_text="What an interval is counted from.")
    overlap = models.CharField(max_length=10, choices=Overlap.choices, default=Overlap.SKIP)
    catch_up = models.CharField(max_length=10, choices=CatchUp.choices, default=CatchUp.ONE)
    catch_up_limit = models.IntegerField(default=100)
    enabled = models.BooleanField(default=True)
    archived_at = models.DateTimeField(null=True)
    # The earliest slot that was not dealt with yet; null while nothing is to come.
    next_at = models.DateTimeField(null=True)
    last_slot_at = models.DateTimeField(null=True)
    # No foreign key: the job may be pruned.
    last_job_id = models.UUIDField(null=True)
    problem = models.CharField(max_length=500, blank=True, help_text="Why its last slot made no job.")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[ScheduleQuerySet] = ScheduleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cron="", interval_seconds__gte=1) | (~Q(cron="") & Q(interval_seconds__isnull=True)),
                name="jobs_schedule_cron_or_interval",
            ),
            models.CheckConstraint(condition=Q(overlap__in=Overlap.values), name="jobs_schedule_overlap_known"),
            models.CheckConstraint(condition=Q(catch_up__in=CatchUp.values), name="jobs_schedule_catch_up_known"),
        ]
        indexes = [
            # What is due next.
            models.Index(
                "next_at",
                name="jobs_schedule_due",
                condition=Q(enabled=True, archived_at__isnull=True, next_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def timing(self) -> Timing:
        if self.interval_seconds is not None:
            return Every(self.interval_seconds, self.anchor_at)
        return Cron(self.cron, self.time_zone)

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


class ScheduleEvent(models.Model):
    """What happened to a schedule, when, by whom and why; slots that were skipped or missed as well. Never updated."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=32)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=500, blank=True, db_default="")
    data = models.JSONField(default=dict, db_default={})

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.kind
