"""What is taken in: bodies and query strings."""

from __future__ import annotations

from rest_framework import serializers

from jobs.api.fields import JSONObject, StrictSerializer, Text, WholeNumber
from jobs.states import JobStatus
from routilux_site.lib.keyset import MAX_SIZE

MAX_PRIORITY = 100
NO_STATUS = f"{{input}} is no status. Accepted: {', '.join(JobStatus.values)}."


class TriggerBody(StrictSerializer):
    input = JSONObject(help_text="What the flow's entry slot gets; checked against the flow's `input_schema`.")
    entry = Text(required=False, max_length=129, help_text="`node.slot` to use instead of the flow's own entry.")
    priority = WholeNumber(
        required=False, default=0, min_value=-MAX_PRIORITY, max_value=MAX_PRIORITY, help_text="Higher runs sooner."
    )


class CancelBody(StrictSerializer):
    reason = Text(required=False, default="", allow_blank=True, max_length=500, help_text="Kept in the job's history.")


class PageQuery(StrictSerializer):
    cursor = serializers.CharField(required=False, help_text="From `next` or `previous` of a page; follow those links.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MAX_SIZE, help_text="How many on a page.")


class JobQuery(PageQuery):
    status = serializers.ListField(
        child=serializers.ChoiceField(JobStatus.choices, error_messages={"invalid_choice": NO_STATUS}),
        required=False,
        help_text="Repeat it for more than one.",
    )
    flow = serializers.CharField(required=False, help_text="The name of a flow.")
    created_after = serializers.DateTimeField(required=False, help_text="Only jobs accepted later than this.")


class StepQuery(PageQuery):
    node = serializers.CharField(required=False, default="", help_text="Only steps of this node.")
