from __future__ import annotations

from typing import Any

from rest_framework import serializers

from jobs.models import Cluster, Session


class SessionSerializer(serializers.ModelSerializer[Session]):
    class Meta:
        model = Session
        fields = ["id", "cluster", "host", "pid", "lanes", "started_at", "heartbeat_at", "ended_at", "outcome"]
        extra_kwargs = {
            "lanes": {"help_text": "How many steps it runs side by side."},
            "outcome": {"help_text": "How it ended. Of one that lives: empty, `stopping` or `isolating`."},
        }


class ClusterSerializer(serializers.ModelSerializer[Cluster]):
    class Meta:
        model = Cluster
        fields = ["id", "host", "pid", "workers", "restarts", "last_restart_reason", "started_at", "heartbeat_at"]


class TableSerializer(serializers.Serializer[Any]):
    table = serializers.CharField()
    live = serializers.IntegerField(help_text="Rows, as the statistics of Postgres have them.")
    dead = serializers.IntegerField(help_text="Versions of rows that nobody sees any more, not yet vacuumed.")


class RuntimeSerializer(serializers.Serializer[Any]):
    live_sessions = serializers.IntegerField()
    supervisors = serializers.IntegerField(help_text="`manage.py runtime` processes that gave a sign of life lately.")
    oldest_runnable_seconds = serializers.FloatField(
        allow_null=True, help_text="How long the next step to be taken has waited; null when nothing waits."
    )
    lanes = serializers.IntegerField(help_text="Of all live sessions.")
    busy_lanes = serializers.IntegerField(help_text="Of these, with a step that runs.")
    oldest_snapshot_seconds = serializers.FloatField(
        allow_null=True, help_text="How long the oldest transaction has kept old row versions; null when none does."
    )
    tables = TableSerializer(many=True, help_text="The busy ones.")
    clusters = ClusterSerializer(many=True)
