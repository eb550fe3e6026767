"""What people keep for themselves and for each other: filters of the job list under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class SavedView(models.Model):
    """A filter of the job list under a name. It holds words only: whoever reads it sees the jobs that they may see."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="job_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)
    shared = models.BooleanField(default=False, help_text="Everybody sees it; staff may share.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="jobs_savedview_one_a_name")]

    def __str__(self) -> str:
        return self.name
