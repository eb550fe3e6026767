"""What is taken in: bodies and query strings."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from jobs.access import MAX_DAYS, MAX_HOURS
from jobs.models.schedule import CatchUp, Overlap
from jobs.models.webhook import ENDS, DeliveryStatus
from jobs.scopes import SCOPES
from jobs.search.query import LONGEST
from jobs.states import JobStatus, StepStatus
from routilux_site.lib.api.fields import (
    Identity,
    JSONObject,
    Moment,
    Number,
    StrictSerializer,
    Text,
    WholeNumber,
    YesNo,
)
from routilux_site.lib.api.queries import PageQuery
from routilux_site.lib.safe_net import LONGEST_URL
from templates_app.api.bodies import TemplateBody

MAX_PRIORITY = 100
MAX_OUTPUTS = 1000
MAX_BULK = 100
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
    start_at = Moment(required=False, help_text="Begin not before; with a time zone. What is past means now.")
    delay = Number(required=False, help_text="Begin so many seconds from now, instead of `start_at`.")


class DryRunBody(TemplateBody):
    input = JSONObject(required=False, help_text="What the entry slot gets. An open flow may begin without one.")
    entry = Text(required=False, max_length=129, help_text="`node.slot` to use instead of the flow's own entry.")
    outputs = JSONObject(
        required=False,
        default=dict,
        help_text="What nodes send instead of running: `{node: {event: payload}}`, or a list of payloads for an event. "
        "Nodes with side effects never run; without sample outputs they send nothing.",
    )
    errors = JSONObject(  # type: ignore[assignment]
        required=False,
        default=dict,
        help_text='What the first attempts of nodes raise, to try error handlers: `{node: ["TimeoutError"]}`.',
    )
    overrides = JSONObject(required=False, help_text="As when a job is triggered.")
    document = JSONObject(
        required=False, help_text="Try this instead of what the flow stores. It needs the permission to change flows."
    )


class ReasonBody(StrictSerializer):
    reason = Text(required=False, default="", allow_blank=True, max_length=500, help_text="Kept in the job's history.")


class RerunBody(TemplateBody):
    revision = serializers.ChoiceField(
        ["pinned", "latest"],
        error_messages={"invalid_choice": "{input} is not accepted: pinned (what it ran) or latest (today's) is."},
        help_text="`pinned`: what the job ran; `latest`: what the flow is today.",
    )
    input = JSONObject(required=False, help_text="Instead of the one that the job had.")
    overrides = JSONObject(
        required=False,
        help_text="What this one job sets over the `latest` revision; a `pinned` one holds its own already.",
    )


class OutputBody(StrictSerializer):
    event = Text(max_length=64)
    payload = JSONObject()


class SupplyBody(ReasonBody):
    outputs = serializers.ListField(child=OutputBody(), max_length=MAX_OUTPUTS)


class ItemBody(StrictSerializer):
    slot = Text(max_length=129, help_text="`node.slot`.")
    payload = JSONObject()


class EditBody(ReasonBody):
    payload = JSONObject(help_text="In place of the item's payload.")


class NodeBody(ReasonBody):
    node = Text(max_length=64, help_text="The id of a node of the job's flow.")


class DecisionBody(StrictSerializer):
    approved = YesNo(help_text="`true` approves, `false` rejects.")
    comment = Text(required=False, default="", allow_blank=True, max_length=500, help_text="Kept with the decision.")


class NoBody(StrictSerializer):
    pass


FILTER = "As in the filter bar of the page: `status:failed flow:orders since:2h input.customer.id:42`."


class JobQuery(PageQuery):
    q = serializers.CharField(required=False, max_length=LONGEST, help_text=FILTER)
    status = serializers.ListField(
        child=serializers.ChoiceField(JobStatus.choices, error_messages={"invalid_choice": NO_STATUS}),
        required=False,
        help_text="Repeat it for more than one.",
    )
    flow = serializers.CharField(required=False, help_text="The name of a flow.")
    revision = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="The number of a revision of that `flow`."
    )
    triggered_by = serializers.CharField(required=False, max_length=150, help_text="The name of a user.")
    rerun_of = Identity(required=False, help_text="Only jobs that run this one again.")
    called_by = Identity(required=False, help_text="Only jobs that steps of this one called.")
    created_after = serializers.DateTimeField(required=False, help_text="Only jobs accepted later than this.")
    created_before = serializers.DateTimeField(required=False, help_text="Only jobs accepted earlier than this.")

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if "revision" in said and "flow" not in said:
            raise serializers.ValidationError({"revision": "Revisions are numbered by flow: say which `flow`."})
        return said


class FailureQuery(StrictSerializer):
    q = serializers.CharField(required=False, default="since:24h", max_length=LONGEST, help_text=FILTER)


class TwoJobsQuery(StrictSerializer):
    a = Identity(help_text="The id of a job.")
    b = Identity(help_text="The id of another one.")


class MatchingBody(ReasonBody):
    q = Text(max_length=LONGEST, help_text=FILTER)
    newest = Identity(
        required=False, help_text="The `newest` of a preview: jobs that came after it are left out, as nobody saw them."
    )
    preview = YesNo(required=False, default=False, help_text="Do nothing, only tell how many jobs it would be.")


class OutputQuery(PageQuery):
    event = serializers.CharField(required=False, max_length=129, help_text="Only what left by this `node.event`.")


class ItemQuery(PageQuery):
    dropped = serializers.BooleanField(
        required=False, default=False, help_text="Instead those that were dropped: by a full slot, a policy, somebody."
    )


class LogQuery(PageQuery):
    node = serializers.CharField(required=False, default="", help_text="Only of steps of this node.")
    step = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1, help_text="Only of this step.")


class StepQuery(PageQuery):
    node = serializers.CharField(required=False, default="", help_text="Only steps of this node.")
    status = serializers.ChoiceField(StepStatus.choices, required=False, help_text="Only of this status.")


class SessionQuery(PageQuery):
    live = serializers.BooleanField(required=False, default=False, help_text="Only those that live.")


class BulkItem(TriggerBody):
    flow = Text(max_length=100, help_text="The name of the flow.")
    idempotency_key = Text(
        required=False, max_length=255, help_text="What the header `Idempotency-Key` is to a single trigger."
    )


class BulkBody(TemplateBody):
    jobs = serializers.ListField(child=BulkItem(), min_length=1, max_length=MAX_BULK)
    together = serializers.BooleanField(
        required=False, default=False, help_text="All or none: one that is refused keeps the others from being made."
    )


class TokenBody(StrictSerializer):
    name = Text(max_length=100, help_text="What it is for, so that it is known later.")
    user = Text(required=False, max_length=150, help_text="As whom it acts; only superusers may name others.")
    flows = serializers.ListField(
        child=Text(max_length=100), required=False, default=list, max_length=1000, help_text="Only these; none: any."
    )
    scopes = serializers.ListField(
        child=serializers.ChoiceField(list(SCOPES)), required=False, default=list, help_text="Only these; none: all."
    )
    days = WholeNumber(
        required=False, allow_null=True, default=90, min_value=1, max_value=MAX_DAYS, help_text="Null: never expires."
    )


class RotateBody(StrictSerializer):
    hours = WholeNumber(
        required=False, default=24, min_value=0, max_value=MAX_HOURS, help_text="How long the old one goes on."
    )


def _events(**said: Any) -> serializers.ListField:
    one = serializers.ChoiceField(list(ENDS))
    return serializers.ListField(child=one, min_length=1, max_length=len(ENDS), **said)


class WebhookBody(StrictSerializer):
    name = Text(max_length=100)
    url = Text(max_length=LONGEST_URL, help_text="A public address on port 80 or 443; it is never redirected.")
    events = _events(required=False, default=list(ENDS))
    flow = Text(required=False, allow_null=True, default=None, max_length=100, help_text="Only its jobs; null: all.")


class WebhookChange(StrictSerializer):
    name = Text(required=False, max_length=100)
    url = Text(required=False, max_length=LONGEST_URL)
    events = _events(required=False)
    flow = Text(required=False, allow_null=True, max_length=100)
    enabled = serializers.BooleanField(required=False, help_text="What happens while it is off is not told later.")


class DeliveryQuery(PageQuery):
    status = serializers.ChoiceField(DeliveryStatus.choices, required=False)


class SchedulePatch(StrictSerializer):
    """The verb says what it thinks of the values, alike for all doors."""

    name = Text(required=False, max_length=100)
    flow = Text(required=False, max_length=100, help_text="The name of a flow.")
    input = JSONObject(required=False, help_text="What its entry slot gets at each slot.")
    entry = Text(required=False, max_length=129, allow_blank=True)
    overrides = JSONObject(required=False, help_text="What these jobs set over the flow, as in a trigger.")
    priority = WholeNumber(required=False, min_value=-MAX_PRIORITY, max_value=MAX_PRIORITY)
    cron = Text(required=False, max_length=100, allow_blank=True, help_text="Five fields, such as `30 6 * * 1-5`.")
    interval_seconds = WholeNumber(required=False, allow_null=True, min_value=1, help_text="Instead of `cron`.")
    time_zone = Text(required=False, max_length=64, help_text="Of `cron`, such as Europe/Berlin.")
    overlap = serializers.ChoiceField(Overlap.choices, required=False, help_text="While an earlier job goes on.")
    catch_up = serializers.ChoiceField(CatchUp.choices, required=False, help_text="After an outage.")
    catch_up_limit = WholeNumber(required=False, min_value=1, max_value=1000)


class ScheduleBody(SchedulePatch):
    name = Text(max_length=100, help_text="Letters, digits, '.', '_' and '-'.")
    flow = Text(max_length=100, help_text="The name of a flow.")
    input = JSONObject(help_text="What its entry slot gets at each slot.")
