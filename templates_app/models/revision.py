from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from django.conf import settings
from django.db import models

from routilux_site.lib import strict_json
from templates_app.spec import FlowSpec


class Revision(models.Model):
    """What a flow meant at one time, frozen for ever; jobs are pinned to it. `hash` is SHA-256 over `canonical`.

    `for_launch`: no save ever meant this; overrides at the launch of a job did. The history of saves leaves it out.
    """

    flow = models.ForeignKey("templates_app.FlowPrototype", models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    canonical = models.TextField()
    hash = models.CharField(max_length=64)
    message = models.TextField(blank=True)
    for_launch = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        default_permissions = ("view",)
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["flow", "hash"], name="revision_unique_hash"),
            models.UniqueConstraint(fields=["flow", "number"], name="revision_unique_number"),
        ]

    def __str__(self) -> str:
        return f"#{self.number} ({self.hash[:12]})"

    @cached_property
    def spec(self) -> FlowSpec:
        return FlowSpec.from_json(cast("dict[str, Any]", strict_json.loads(self.canonical)))
