"""How callers prove who they are, and that they mean the same request."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from jobs import scopes
from jobs.models.job import Job


class ApiToken(models.Model):
    """A bearer token `rtx_<prefix>_<secret>`; only a hash of the secret is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    flow_names = models.JSONField(default=list, blank=True, help_text="Only these flows may be triggered; empty: any.")
    scopes = models.JSONField(
        default=list, db_default=[], blank=True, help_text="Only this may be done of what the user may; empty: all."
    )
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} (rtx_{self.prefix}_…)"

    @property
    def is_valid(self) -> bool:
        is_over = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not is_over and self.user.is_active

    def allows(self, permission: str) -> bool:
        """Do its scopes? Whether its user may is another question."""
        return scopes.allows(self.scopes, permission)


class IdempotencyKey(models.Model):
    """Binds a caller's key to the job that it made, inside the transaction that makes the job."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    body_sha256 = models.CharField(max_length=64)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="jobs_idempotencykey_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.key


class Bucket(models.Model):
    """How much of a rate is used up: `full_at` in the future is what is still to drain away. See store/throttle.py.

    Unlogged: after a crash everybody starts afresh. The id is a hash, so that no addresses are kept.
    """

    id = models.UUIDField(primary_key=True)
    # In no index, so that drawing from it is a heap-only update.
    full_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)
