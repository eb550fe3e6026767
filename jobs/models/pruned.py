"""What is kept of a job whose history was pruned: what ran, when, how it ended, and by which hashes to know it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models.functions import Now

from jobs.states import JobStatus
from templates_app.models import FlowPrototype


class PrunedJobQuerySet(models.QuerySet["PrunedJob"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> PrunedJobQuerySet:
        """As with jobs."""
        if getattr(user, "is_active", False) and user.has_perm("jobs.view_job"):  # type: ignore[union-attr]
            return self.all()
        return self.filter(actor_id=user.pk) if user.pk else self.none()


class PrunedJob(models.Model):
    id = models.UUIDField(primary_key=True)
    # Never looked up by flow or actor; an index would only cost.
    flow = models.ForeignKey(FlowPrototype, on_delete=models.PROTECT, related_name="+", db_index=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    status = models.CharField(max_length=16, choices=JobStatus.choices)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    revision_hash = models.CharField(max_length=64)
    input_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the canonical JSON of its first input.")
    pruned_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[PrunedJobQuerySet] = PrunedJobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.id)
