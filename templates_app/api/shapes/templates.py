from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from templates_app.models import FlowPrototype, Prototype, Revision, RoutinePrototype


class RevisionSerializer(serializers.ModelSerializer[Revision]):
    class Meta:
        model = Revision
        fields = ["number", "hash"]


class ProblemItem(serializers.Serializer[Any]):
    path = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    level = serializers.CharField(help_text="`error` keeps the flow from running, `warning` does not.")


class TemplateSerializer(serializers.ModelSerializer[Prototype]):
    tags = serializers.ListField(child=serializers.CharField())
    variant_of = serializers.SerializerMethodField(help_text="What it inherits from, live.")

    class Meta:
        model = Prototype
        fields = ["name", "description", "category", "tags", "variant_of"]

    def get_variant_of(self, found: Prototype) -> str | None:
        return found.parent.name if found.parent and not found.parent.is_code else None


class FlowSerializer(TemplateSerializer):
    revision = RevisionSerializer(source="head", allow_null=True, help_text="What a job triggered now is pinned to.")
    runnable = serializers.BooleanField(source="is_runnable")

    class Meta(TemplateSerializer.Meta):
        model = FlowPrototype
        fields = [*TemplateSerializer.Meta.fields, "revision", "runnable"]


class RoutineSerializer(TemplateSerializer):
    base = serializers.CharField(source="parent.name", default=None, allow_null=True, help_text="What it builds on.")

    class Meta(TemplateSerializer.Meta):
        model = RoutinePrototype
        fields = [*TemplateSerializer.Meta.fields, "base", "is_code"]
        extra_kwargs = {"is_code": {"help_text": "A class of the catalog: it changes with the code only."}}


@dataclass(frozen=True, slots=True)
class Inside:
    """What a template stores and means; None where the caller may not see it, or it has none."""

    document: Mapping[str, Any] | None = None
    class_key: str = ""
    slots: tuple[str, ...] | None = None
    events: tuple[str, ...] | None = None


DETAILS = ["version", "document", "rules", "origin", "release", "created_by", "created_at", "archived_at", "updated_at"]


class WholeSerializer(TemplateSerializer):
    """The context holds an Inside as `inside`."""

    problems = ProblemItem(many=True)
    document = serializers.SerializerMethodField(
        help_text="What it sets itself; all else is inherited. Null for callers who may only trigger."
    )
    rules = serializers.SerializerMethodField(help_text="What it forbids whatever builds on it, by path.")
    origin = serializers.CharField(
        source="origin.name", default=None, allow_null=True, help_text="What it was copied from, and can be rebased on."
    )
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)

    @property
    def inside(self) -> Inside:
        inside: Inside = self.context["inside"]
        return inside

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
    def get_document(self, found: Prototype) -> Any:
        return self.inside.document

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
    def get_rules(self, found: Prototype) -> Any:
        return found.rules if self.inside.document is not None else None


class FlowDetailSerializer(WholeSerializer, FlowSerializer):
    entry = serializers.SerializerMethodField(help_text="The `node.slot` that takes the input, if the flow says one.")
    input_schema = serializers.SerializerMethodField(help_text="JSON Schema of the input, if the flow has one.")

    class Meta(FlowSerializer.Meta):
        fields = [*FlowSerializer.Meta.fields, "problems", "entry", "input_schema", *DETAILS]

    def get_entry(self, flow: FlowPrototype) -> str | None:
        entry = flow.head.spec.entry if flow.head else None
        return str(entry) if entry else None

    def get_input_schema(self, flow: FlowPrototype) -> dict[str, Any] | None:
        schema = flow.head.spec.input_schema if flow.head else None
        return dict(schema) if schema else None


class RoutineDetailSerializer(WholeSerializer, RoutineSerializer):
    class_key = serializers.SerializerMethodField(help_text="The class of the catalog that it ends in.")
    slots = serializers.SerializerMethodField(help_text="Null while its config is not valid.")
    events = serializers.SerializerMethodField(help_text="Null while its config is not valid.")

    class Meta(RoutineSerializer.Meta):
        fields = [*RoutineSerializer.Meta.fields, "class_key", "slots", "events", "problems", *DETAILS]

    def get_class_key(self, routine: RoutinePrototype) -> str:
        return self.inside.class_key

    @extend_schema_field(serializers.ListField(child=serializers.CharField(), allow_null=True))
    def get_slots(self, routine: RoutinePrototype) -> Any:
        return self.inside.slots

    @extend_schema_field(serializers.ListField(child=serializers.CharField(), allow_null=True))
    def get_events(self, routine: RoutinePrototype) -> Any:
        return self.inside.events


class RevisionRowSerializer(RevisionSerializer):
    author = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    current = serializers.SerializerMethodField(help_text="What jobs triggered now are pinned to.")

    class Meta(RevisionSerializer.Meta):
        fields = [*RevisionSerializer.Meta.fields, "message", "author", "created_at", "current"]

    def get_current(self, revision: Revision) -> bool:
        return bool(revision.pk == self.context["head"])


class RevisionDetailSerializer(RevisionRowSerializer):
    spec = serializers.SerializerMethodField(
        help_text="What the flow meant; `hash` is the SHA-256 of its canonical JSON."
    )

    class Meta(RevisionRowSerializer.Meta):
        fields = [*RevisionRowSerializer.Meta.fields, "for_launch", "spec"]
        extra_kwargs = {"for_launch": {"help_text": "No save meant this: the overrides of a job did."}}

    def get_spec(self, revision: Revision) -> dict[str, Any]:
        return revision.spec.to_json()
