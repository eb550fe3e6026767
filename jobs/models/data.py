"""Data that routines read and write through the Django connection: uploads and dataset rows.

Both live in Postgres, so that every host of the Runtime sees them and an atomic routine commits them with its step.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Upload(models.Model):
    name = models.CharField(max_length=200, unique=True)
    content = models.BinaryField()
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DatasetRow(models.Model):
    dataset = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    data = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["dataset", "key"]
        constraints = [models.UniqueConstraint(fields=["dataset", "key"], name="jobs_datasetrow_one_a_key")]

    def __str__(self) -> str:
        return f"{self.dataset}/{self.key}"
