from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import admin
from django.utils import timezone
from django.utils.safestring import SafeString

from jobs.admin.base import ReadOnlyAdmin
from jobs.models import Cluster, Session
from routilux_site.lib.badges import badge


def _state(row: Session | Cluster) -> SafeString:
    if row.ended_at is not None:
        return badge("wait", "Ended")
    is_alive = row.heartbeat_at > timezone.now() - timedelta(seconds=settings.ROUTILUX["LEASE"])
    return badge("ok", "Alive") if is_alive else badge("bad", "Silent")


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ["process", "state", "cluster", "lanes", "started_at", "heartbeat_at", "outcome"]
    ordering = ["-id"]

    @admin.display(description="host and process")
    def process(self, session: Session) -> str:
        return str(session)

    @admin.display(description="state")
    def state(self, session: Session) -> SafeString:
        return _state(session)


@admin.register(Cluster)
class ClusterAdmin(ReadOnlyAdmin):
    list_display = ["process", "state", "workers", "restarts", "last_restart_reason", "heartbeat_at"]
    ordering = ["-started_at", "id"]

    @admin.display(description="host and process")
    def process(self, cluster: Cluster) -> str:
        return str(cluster)

    @admin.display(description="state")
    def state(self, cluster: Cluster) -> SafeString:
        return _state(cluster)
