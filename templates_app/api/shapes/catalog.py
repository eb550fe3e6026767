from __future__ import annotations

from typing import Any

from rest_framework import serializers

from routilux_site.lib.api.fields import AnyJSON, JSONObject
from templates_app.routines.ports import WHEN_FULL


class SlotSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    capacity = serializers.IntegerField()
    when_full = serializers.ChoiceField(choices=WHEN_FULL, help_text="What becomes of an item that does not fit.")
    description = serializers.CharField()


class EventPortSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    params = serializers.ListField(child=serializers.CharField(), help_text="Payload keys, as documented.")
    description = serializers.CharField()


class ClassSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    description = serializers.CharField()
    category = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    slots = SlotSerializer(many=True, allow_null=True, help_text="Null where they follow from the config alone.")
    events = EventPortSerializer(many=True, allow_null=True, help_text="Null where they follow from the config alone.")
    ports_follow_config = serializers.BooleanField(help_text="Then these are the ports of the config's defaults.")
    config_schema = JSONObject(help_text="JSON Schema of `config`.")
    pure = serializers.BooleanField()
    atomic = serializers.BooleanField()
    needs_logic = serializers.BooleanField(help_text="A template has to name a logic function.")
    link = serializers.CharField()


class ClassListSerializer(serializers.Serializer[Any]):
    results = ClassSerializer(many=True)


class PolicySettingSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.CharField()
    default = AnyJSON()


class PolicySerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    description = serializers.CharField()
    settings = PolicySettingSerializer(many=True)


class CatalogSerializer(serializers.Serializer[Any]):
    classes = serializers.ListField(child=serializers.CharField())
    logic = serializers.ListField(child=serializers.CharField(), help_text="Functions that `logic` may name.")
    policies = PolicySerializer(many=True)
    custom_policies = serializers.ListField(
        child=serializers.CharField(), help_text="Registered functions that a policy of type `custom` may name."
    )
    error_strategies = serializers.ListField(child=serializers.CharField())
    error_handler = PolicySettingSerializer(many=True, help_text="Its settings.")
    exceptions = serializers.ListField(
        child=serializers.CharField(), help_text="Names that `retryable_exceptions` may hold."
    )
