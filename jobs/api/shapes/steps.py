from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from jobs.history.selectors import StepIO
from jobs.models import Activation, Item, StepLog
from jobs.states import StepStatus
from routilux_site.lib.api.fields import AnyJSON


class StepSerializer(serializers.ModelSerializer[Activation]):
    status = serializers.ChoiceField(StepStatus.choices)
    cause = serializers.IntegerField(source="cause_id", allow_null=True, help_text="The step whose item started it.")
    link = serializers.SerializerMethodField()

    class Meta:
        model = Activation
        fields = [
            "id",
            "node",
            "status",
            "attempt",
            "errors",
            "deaths",
            "cause",
            "error_summary",
            "created_at",
            "started_at",
            "finished_at",
            "due_at",
            "link",
        ]
        extra_kwargs = {
            "attempt": {"help_text": "How often a worker took it."},
            "due_at": {"help_text": "When a retry is due."},
        }

    def get_link(self, step: Activation) -> str:
        return reverse("api:job-step", args=[step.job_id, step.pk], request=self.context["request"])


class ItemSerializer(serializers.ModelSerializer[Item]):
    payload = AnyJSON()
    source = serializers.SerializerMethodField(  # type: ignore[assignment]
        help_text="`node.event` that emitted it; empty for the job's input."
    )
    target = serializers.SerializerMethodField(help_text="`node.slot` that it went to; empty for the job's result.")

    class Meta:
        model = Item
        fields = ["id", "source", "target", "payload"]

    def get_source(self, item: Item) -> str:
        return f"{item.source_node}.{item.event}" if item.source_node else ""

    def get_target(self, item: Item) -> str:
        return f"{item.node}.{item.slot}" if item.node else ""


class LineSerializer(serializers.Serializer[Any]):
    at = serializers.FloatField(help_text="Unix time.")
    level = serializers.CharField(help_text="`stdout`, `stderr` or a log level.")
    text = serializers.CharField()


class RaisedSerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    message = serializers.CharField()
    traceback = serializers.CharField()


class StepProgressSerializer(serializers.Serializer[Any]):
    n = serializers.FloatField()
    total = serializers.FloatField(allow_null=True)
    text = serializers.CharField()


class AttemptSerializer(serializers.ModelSerializer[StepLog]):
    lines = LineSerializer(many=True)
    progress = StepProgressSerializer(allow_null=True, help_text="What the attempt last said with `run.progress`.")
    error = RaisedSerializer(allow_null=True)

    class Meta:
        model = StepLog
        fields = ["attempt", "at", "lines", "progress", "error"]


class LogSerializer(AttemptSerializer):
    step = serializers.IntegerField(source="activation_id")
    node = serializers.CharField()

    class Meta(AttemptSerializer.Meta):
        fields = ["id", "step", "node", *AttemptSerializer.Meta.fields]


class QueueSerializer(serializers.Serializer[Any]):
    node = serializers.CharField()
    slot = serializers.CharField()
    items = serializers.IntegerField(help_text="How many wait.")


class QueueListSerializer(serializers.Serializer[Any]):
    results = QueueSerializer(many=True)


class ReasonSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="Stable: `paused`, `worker`, `no_runtime`, `retry`, `policy`, `open`, ...")
    sentence = serializers.CharField()
    node = serializers.CharField(help_text="Empty when it concerns the whole job.")
    until = serializers.DateTimeField(allow_null=True)


class WaitingSerializer(serializers.Serializer[Any]):
    results = ReasonSerializer(many=True)


class StepDetailSerializer(StepSerializer):
    """The context holds `io` (StepIO) and `logs` (Capped[StepLog])."""

    policy_message = AnyJSON(source="message", help_text="What the activation policy said.")
    inputs = serializers.SerializerMethodField()
    outputs = serializers.SerializerMethodField()
    logs = serializers.SerializerMethodField(
        help_text="Attempts that printed, logged or raised something, oldest first."
    )
    truncated = serializers.SerializerMethodField(help_text="Lists that are longer than shown.")

    class Meta(StepSerializer.Meta):
        fields = [*StepSerializer.Meta.fields, "policy_message", "inputs", "outputs", "logs", "truncated"]

    @extend_schema_field(ItemSerializer(many=True))
    def get_inputs(self, step: Activation) -> Any:
        return ItemSerializer(self.context["io"].inputs.items, many=True).data

    @extend_schema_field(ItemSerializer(many=True))
    def get_outputs(self, step: Activation) -> Any:
        return ItemSerializer(self.context["io"].outputs.items, many=True).data

    @extend_schema_field(AttemptSerializer(many=True))
    def get_logs(self, step: Activation) -> Any:
        return AttemptSerializer(self.context["logs"].items, many=True).data

    def get_truncated(self, step: Activation) -> list[str]:
        io: StepIO = self.context["io"]
        lists = {"inputs": io.inputs, "outputs": io.outputs, "logs": self.context["logs"]}
        return [name for name, capped in lists.items() if capped.truncated]
