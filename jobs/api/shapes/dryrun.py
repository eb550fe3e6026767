"""The answer of a dry run, as `jobs.dryrun.report` makes it. For the description only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from jobs.dryrun.stepping import How
from jobs.states import StepStatus
from routilux_site.lib.api.fields import AnyJSON

Shape = serializers.Serializer[Any]
OUTCOMES = ("completed", "failed", "open", "stopped")


def _payloads(about: str) -> Any:
    return serializers.DictField(child=serializers.ListField(child=AnyJSON(allow_null=True)), help_text=about)


class SentSerializer(Shape):
    event = serializers.CharField()
    payload = AnyJSON(allow_null=True)


class SpokenSerializer(Shape):
    level = serializers.CharField()
    text = serializers.CharField()


class RaisedHereSerializer(Shape):
    type = serializers.CharField()
    message = serializers.CharField()
    traceback = serializers.CharField()


class VerdictOnErrorSerializer(Shape):
    strategy = serializers.CharField()
    status = serializers.ChoiceField(StepStatus.choices)
    retry = serializers.IntegerField(allow_null=True, help_text="Which retry follows.")
    of = serializers.IntegerField(allow_null=True, help_text="How many retries there are at most.")
    delay = serializers.FloatField(allow_null=True, help_text="Seconds until the retry.")


class DryStepSerializer(Shape):
    step = serializers.IntegerField()
    node = serializers.CharField()
    attempt = serializers.IntegerField()
    cause = serializers.IntegerField(allow_null=True, help_text="The step whose item started it.")
    at = serializers.FloatField(help_text="Seconds on the clock of the dry run, which never waits.")
    how = serializers.ChoiceField(
        [how.value for how in How],
        help_text="`run`: its code ran; `sample`: it sent the sample outputs; `skipped`: it has side effects, and sent "
        "nothing; `raised`: it raised what the samples say.",
    )
    status = serializers.ChoiceField(StepStatus.choices)
    policy_message = AnyJSON(allow_null=True)
    inputs = _payloads("By slot.")
    outputs = SentSerializer(many=True)
    outputs_count = serializers.IntegerField()
    log = SpokenSerializer(many=True)
    error = RaisedHereSerializer(allow_null=True)
    decision = VerdictOnErrorSerializer(allow_null=True, help_text="What the error handler says.")


class DryNodeSerializer(Shape):
    node = serializers.CharField()
    locals()["class"] = serializers.CharField()
    pure = serializers.BooleanField()
    how = serializers.ListField(child=serializers.CharField())
    statuses = serializers.ListField(child=serializers.CharField())
    steps = serializers.IntegerField()
    attempts = serializers.IntegerField()
    taken = serializers.IntegerField(help_text="Items.")
    sent = serializers.IntegerField(help_text="Items.")
    waiting = serializers.IntegerField(help_text="Items that its policy never took.")
    note = serializers.CharField(allow_blank=True)


class DryDecisionSerializer(Shape):
    at = serializers.FloatField()
    node = serializers.CharField()
    queued = serializers.DictField(child=serializers.IntegerField(), help_text="Waiting items by slot.")
    drained = serializers.BooleanField(help_text="Nothing else could move: the last call for a tail.")
    take = serializers.DictField(child=serializers.IntegerField(), allow_null=True, help_text="Null: it declined.")
    message = AnyJSON(allow_null=True)
    look_again_in = serializers.FloatField(allow_null=True)


class UndeliveredSerializer(Shape):
    slot = serializers.CharField()
    payload = AnyJSON(allow_null=True)


class DryRunSerializer(Shape):
    outcome = serializers.ChoiceField(OUTCOMES)
    reason = serializers.CharField(allow_blank=True)
    simulated_seconds = serializers.FloatField()
    steps = DryStepSerializer(many=True, help_text="Each attempt, in the order in which they ran.")
    nodes = DryNodeSerializer(many=True)
    decisions = DryDecisionSerializer(many=True, help_text="What activation policies said, the first 500 times.")
    result = _payloads("What events without a connection sent, by `node.event`.")
    results = serializers.IntegerField()
    undelivered = UndeliveredSerializer(many=True)
    undelivered_count = serializers.IntegerField()
    dropped = serializers.IntegerField(help_text="Items that a policy passed over.")
    truncated = serializers.BooleanField(help_text="Payloads were left out because there are too many of them.")
