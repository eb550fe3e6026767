from __future__ import annotations

from typing import Any

from rest_framework import serializers

from templates_app.models import FlowPrototype, Revision


class RevisionSerializer(serializers.ModelSerializer[Revision]):
    class Meta:
        model = Revision
        fields = ["number", "hash"]


class ProblemItem(serializers.Serializer[Any]):
    path = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    level = serializers.CharField(help_text="`error` keeps the flow from running, `warning` does not.")


class FlowSerializer(serializers.ModelSerializer[FlowPrototype]):
    tags = serializers.ListField(child=serializers.CharField())
    revision = RevisionSerializer(source="head", allow_null=True, help_text="What a job triggered now is pinned to.")
    runnable = serializers.BooleanField(source="is_runnable")
    variant_of = serializers.CharField(source="parent.name", default=None, allow_null=True)

    class Meta:
        model = FlowPrototype
        fields = ["name", "description", "category", "tags", "variant_of", "revision", "runnable"]


class FlowDetailSerializer(FlowSerializer):
    problems = ProblemItem(many=True)
    entry = serializers.SerializerMethodField(help_text="The `node.slot` that takes the input, if the flow says one.")
    input_schema = serializers.SerializerMethodField(help_text="JSON Schema of the input, if the flow has one.")

    class Meta(FlowSerializer.Meta):
        fields = [*FlowSerializer.Meta.fields, "problems", "entry", "input_schema", "archived_at", "updated_at"]

    def get_entry(self, flow: FlowPrototype) -> str | None:
        entry = flow.head.spec.entry if flow.head else None
        return str(entry) if entry else None

    def get_input_schema(self, flow: FlowPrototype) -> dict[str, Any] | None:
        schema = flow.head.spec.input_schema if flow.head else None
        return dict(schema) if schema else None
