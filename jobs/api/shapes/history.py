"""What is known about failures, and about two jobs side by side."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from jobs.api.shapes.jobs import JobSerializer
from routilux_site.lib.api.fields import AnyJSON
from templates_app.api.shapes.changes import DifferenceSerializer


class ChangeSerializer(serializers.Serializer[Any]):
    path = serializers.CharField(help_text="`(whole)` for all of it.")
    kind = serializers.CharField(help_text="`added`, `removed`, `changed`.")
    before = AnyJSON(required=False, help_text="Absent where there was nothing.")
    after = AnyJSON(required=False, help_text="Absent where there is nothing.")


class SuspectSerializer(serializers.Serializer[Any]):
    sentence = serializers.CharField()
    about = serializers.CharField(help_text="`code`, `revision`, `input`.")


class WhySerializer(serializers.Serializer[Any]):
    last_good = JobSerializer(
        allow_null=True, help_text="The last job of the flow that completed before; null: no comparison."
    )
    first_alike = serializers.UUIDField(allow_null=True, help_text="The first job of the flow that failed like this.")
    suspects = SuspectSerializer(many=True, help_text="The likeliest first.")
    unknown = serializers.ListField(child=serializers.CharField(), help_text="Nodes of which the code is not known.")
    differences = DifferenceSerializer(many=True, help_text="From the revision of the last good job to this one's.")
    input_shape = ChangeSerializer(many=True, help_text="Paths that appeared, vanished or hold another kind of value.")
    input_values = ChangeSerializer(many=True, help_text="Other values at paths of the same kind.")
    code = serializers.DictField(
        child=serializers.BooleanField(allow_null=True),
        help_text="By node: whether the module of its routine is another one now; null: nobody knows.",
    )


class OutcomeOfNodeSerializer(serializers.Serializer[Any]):
    steps = serializers.DictField(child=serializers.IntegerField(), help_text="How many, by status.")
    attempts = serializers.IntegerField()
    seconds = serializers.FloatField(help_text="That they ran, added up.")


class NodeSideSerializer(serializers.Serializer[Any]):
    node = serializers.CharField()
    differs = serializers.BooleanField()
    a = OutcomeOfNodeSerializer(allow_null=True, help_text="Null where it had no step.")
    b = OutcomeOfNodeSerializer(allow_null=True)


class ToldSerializer(serializers.Serializer[Any]):
    too_large = serializers.BooleanField(help_text="To be compared here; then there are no changes.")
    changes = ChangeSerializer(many=True)


class JobComparisonSerializer(serializers.Serializer[Any]):
    a = JobSerializer()
    b = JobSerializer()
    divergence = serializers.CharField(help_text="Where they first part, as a sentence; empty when nowhere.")
    nodes = NodeSideSerializer(many=True)
    differences = DifferenceSerializer(many=True, help_text="From the revision of `a` to that of `b`.")
    input = ToldSerializer()
    result = ToldSerializer(help_text="By node and event.")


class GroupSerializer(serializers.Serializer[Any]):
    flow = serializers.CharField()
    node = serializers.CharField()
    summary = serializers.CharField(help_text="Of the newest.")
    fingerprint = serializers.CharField(help_text="`q=flow:... fingerprint:...` lists them.")
    jobs = serializers.IntegerField()
    newest = serializers.UUIDField()
    first_seen = serializers.DateTimeField()
    last_seen = serializers.DateTimeField()


class GroupsSerializer(serializers.Serializer[Any]):
    jobs = serializers.IntegerField(help_text="That were counted.")
    is_capped = serializers.BooleanField(help_text="There are more than are counted or shown.")
    groups = GroupSerializer(many=True, help_text="The most frequent first.")
