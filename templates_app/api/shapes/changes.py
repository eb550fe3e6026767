"""What a change would do, what differs, and why a field has its value."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from routilux_site.lib.api.fields import AnyJSON, JSONObject
from templates_app.api.shapes.templates import FlowDetailSerializer, ProblemItem, RoutineDetailSerializer


class DifferenceSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="`added`, `removed`, `changed`, `renamed`, `moved`, `rewired`.")
    subject = serializers.CharField(help_text="`node`, `connection`, `setting`.")
    node = serializers.CharField(allow_null=True)
    path = serializers.CharField()
    pointer = serializers.CharField()
    old_path = serializers.CharField(required=False, help_text="Absent where it is the same.")
    before = AnyJSON(required=False, help_text="Absent where there was nothing.")
    after = AnyJSON(required=False, help_text="Absent where there is nothing.")
    impact = serializers.CharField(help_text="`behaviour`, `data`, `limits`, `description`.")
    sentence = serializers.CharField()


class MovedSerializer(serializers.Serializer[Any]):
    flow = serializers.CharField()
    old_hash = serializers.CharField(allow_null=True, help_text="Null where it was invalid.")
    new_hash = serializers.CharField(allow_null=True, help_text="Null where it becomes invalid.")
    new_revision = serializers.BooleanField(help_text="False where it goes back to one that it had.")
    changes = DifferenceSerializer(many=True)
    unfinished_jobs = serializers.IntegerField(help_text="They stay pinned to the old revision.")
    schedules = serializers.IntegerField(help_text="They follow.")


class StayingSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    name = serializers.CharField()
    path = serializers.CharField(help_text="The changed field, as seen from there.")
    layer = serializers.CharField(help_text="Whose override keeps the change out.")


class JudgedSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    name = serializers.CharField()
    problems = ProblemItem(many=True)


class ImpactSerializer(serializers.Serializer[Any]):
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), help_text="Changed paths by template."
    )
    reached = serializers.IntegerField(help_text="How many templates depend on it, itself included.")
    moved = MovedSerializer(many=True, help_text="Flows whose revision changes.")
    staying = StayingSerializer(many=True, help_text="Templates that override a changed field.")
    broken = JudgedSerializer(many=True, help_text="Templates that become invalid.")
    healed = JudgedSerializer(many=True, help_text="Templates that become valid again.")
    unfinished_jobs = serializers.IntegerField()
    schedules = serializers.IntegerField()


class FlowPreviewSerializer(serializers.Serializer[Any]):
    result = FlowDetailSerializer(help_text="The very body that the save would answer.")
    impact = ImpactSerializer()


class RoutinePreviewSerializer(serializers.Serializer[Any]):
    result = RoutineDetailSerializer(help_text="The very body that the save would answer.")
    impact = ImpactSerializer()


class ThreeWaySerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    kind = serializers.CharField(help_text="Who changed it: `theirs`, `ours`, `same` (both alike) or `conflict`.")
    base = AnyJSON(required=False, help_text="Absent where the field was absent, as with the others.")
    theirs = AnyJSON(required=False)
    ours = AnyJSON(required=False)


class RebaseSerializer(serializers.Serializer[Any]):
    origin = serializers.CharField()
    changes = ThreeWaySerializer(many=True)


class LayerSerializer(serializers.Serializer[Any]):
    layer = serializers.CharField()
    set = serializers.BooleanField()
    value = AnyJSON(required=False)


class BindingSerializer(serializers.Serializer[Any]):
    layer = serializers.CharField()
    path = serializers.CharField()
    binds = serializers.BooleanField(help_text="This template, or only what builds on it.")
    accepts = serializers.CharField()
    rule = JSONObject()


class ExplainedSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    set = serializers.BooleanField()
    value = AnyJSON(required=False, help_text="Absent where no layer sets the field: absent is not null.")
    layer = serializers.CharField(allow_null=True, help_text="Whose value counts.")
    state = serializers.CharField(help_text="`overridden`, `inherited`, `locked`.")
    locked_by = serializers.CharField(allow_null=True)
    layers = LayerSerializer(many=True, help_text="What each layer says, root first.")
    rule = AnyJSON(help_text="What all rules that bind it come to; null where it is free.")
    rules = BindingSerializer(many=True)
    problem = serializers.CharField(allow_null=True)


class ExplanationSerializer(serializers.Serializer[Any]):
    fields = ExplainedSerializer(many=True)  # type: ignore[assignment]


class RulesSerializer(serializers.Serializer[Any]):
    rules = JSONObject(help_text="Rules by the path of their field.")


class PatchOperationSerializer(serializers.Serializer[Any]):
    op = serializers.ChoiceField(["add", "remove", "replace", "test"])
    path = serializers.CharField(allow_blank=True)
    value = AnyJSON(required=False)


class ComparisonSerializer(serializers.Serializer[Any]):
    a = serializers.CharField()
    b = serializers.CharField()
    summary = serializers.CharField()
    differences = DifferenceSerializer(many=True)
    patch = PatchOperationSerializer(many=True, help_text="RFC 6902: makes the document of `b` out of that of `a`.")


class FieldChangeSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    op = serializers.ChoiceField(["add", "remove", "replace"])
    before = AnyJSON()
    after = AnyJSON()


class PlanStepSerializer(serializers.Serializer[Any]):
    action = serializers.ChoiceField(["create", "update", "unchanged"])
    kind = serializers.CharField()
    name = serializers.CharField()
    changes = FieldChangeSerializer(many=True)


class EffectSerializer(serializers.Serializer[Any]):
    flow = serializers.CharField()
    what = serializers.ChoiceField(["new-revision", "becomes-invalid", "heals"])
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    unfinished_jobs = serializers.IntegerField()
    schedules = serializers.IntegerField()


class PlanSerializer(serializers.Serializer[Any]):
    has_changes = serializers.BooleanField()
    steps = PlanStepSerializer(many=True)
    effects = EffectSerializer(many=True, help_text="On flows that no document names.")
    problems = ProblemItem(many=True, help_text="What applying would refuse.")
    impact = ImpactSerializer(allow_null=True)


class VerdictSerializer(serializers.Serializer[Any]):
    valid = serializers.BooleanField()
    problems = ProblemItem(many=True)
