from __future__ import annotations

from typing import Any

from rest_framework import serializers


class RefusedSerializer(serializers.Serializer[Any]):
    job = serializers.UUIDField()
    reason = serializers.CharField()


class MatchedSerializer(serializers.Serializer[Any]):
    matched = serializers.IntegerField(help_text="Jobs that the filter finds and the verb can start from.")
    more = serializers.BooleanField(help_text="More match than one go takes: do it again for the next.")
    newest = serializers.UUIDField(allow_null=True, help_text="Of these jobs.")
    done = serializers.ListField(child=serializers.UUIDField(), help_text="Empty for a preview.")
    refused = RefusedSerializer(many=True)
