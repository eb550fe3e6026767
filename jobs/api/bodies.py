"""What is taken in: bodies and query strings."""

from __future__ import annotations

from rest_framework import serializers

from jobs.states import JobStatus
from routilux_site.lib.api.fields import JSONObject, StrictSerializer, Text, WholeNumber
from templates_app.api.bodies import PageQuery as PageQuery
from templates_app.api.bodies import TemplateBody

MAX_PRIORITY = 100
MAX_OUTPUTS = 1000
NO_STATUS = f"{{input}} is no status. Accepted: {', '.join(JobStatus.values)}."


class TriggerBody(TemplateBody):
    input = JSONObject(help_text="What the flow's entry slot gets; checked against the flow's `input_schema`.")
    entry = Text(required=False, max_length=129, help_text="`node.slot` to use instead of the flow's own entry.")
    overrides = JSONObject(
        required=False,
        help_text="What this one job sets over the flow: `settings`, and fields of its `nodes`, where no rule forbids.",
    )
    priority = WholeNumber(
        required=False, default=0, min_value=-MAX_PRIORITY, max_value=MAX_PRIORITY, help_text="Higher runs sooner."
    )


class ReasonBody(StrictSerializer):
    reason = Text(required=False, default="", allow_blank=True, max_length=500, help_text="Kept in the job's history.")


class RerunBody(StrictSerializer):
    revision = serializers.ChoiceField(
        ["pinned", "latest"],
        error_messages={"invalid_choice": "{input} is not accepted: pinned (what it ran) or latest (today's) is."},
        help_text="`pinned`: what the job ran; `latest`: what the flow is today.",
    )
    input = JSONObject(required=False, help_text="Instead of the one that the job had.")


class OutputBody(StrictSerializer):
    event = Text(max_length=64)
    payload = JSONObject()


class SupplyBody(ReasonBody):
    outputs = serializers.ListField(child=OutputBody(), max_length=MAX_OUTPUTS)


class ItemBody(StrictSerializer):
    slot = Text(max_length=129, help_text="`node.slot`.")
    payload = JSONObject()


class NoBody(StrictSerializer):
    pass


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
