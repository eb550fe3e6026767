from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from jobs.models import Schedule
from jobs.schedules import verbs as schedules
from routilux_site.lib.api.fields import JSONObject


class ScheduleSerializer(serializers.ModelSerializer[Schedule]):
    flow = serializers.CharField(source="flow.name")
    input = JSONObject()
    overrides = JSONObject()
    owner = serializers.CharField(source="owner.username", default=None, allow_null=True)
    next_slots = serializers.SerializerMethodField(help_text="When it runs next; empty while it is paused.")
    last_job = serializers.SerializerMethodField(help_text="The job of its last slot; it may have been pruned since.")
    link = serializers.SerializerMethodField()

    class Meta:
        model = Schedule
        fields = [
            "id",
            "name",
            "flow",
            "input",
            "entry",
            "overrides",
            "priority",
            "cron",
            "interval_seconds",
            "time_zone",
            "overlap",
            "catch_up",
            "catch_up_limit",
            "enabled",
            "archived_at",
            "owner",
            "next_slots",
            "last_slot_at",
            "last_job",
            "problem",
            "version",
            "link",
        ]

    def get_next_slots(self, schedule: Schedule) -> list[datetime]:
        return schedules.upcoming(schedule)

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_last_job(self, schedule: Schedule) -> str | None:
        return self._to("job", schedule.last_job_id) if schedule.last_job_id else None

    @extend_schema_field(serializers.URLField())
    def get_link(self, schedule: Schedule) -> str:
        return self._to("schedule", schedule.pk)

    def _to(self, name: str, key: Any) -> str:
        return str(reverse(f"api:{name}", args=[key], request=self.context["request"]))
