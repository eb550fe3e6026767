from __future__ import annotations

from rest_framework import serializers

from jobs.models import Webhook, WebhookDelivery
from routilux_site.lib.api.fields import JSONObject


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    events = serializers.ListField(child=serializers.CharField())
    flow = serializers.CharField(source="flow.name", default=None, allow_null=True)
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)

    class Meta:
        model = Webhook
        fields = ["id", "name", "url", "events", "flow", "enabled", "created_by", "created_at"]


class MadeWebhookSerializer(WebhookSerializer):
    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]
        extra_kwargs = {"secret": {"help_text": "What deliveries are signed with; shown only now: copy it."}}


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    payload = JSONObject()
    job = serializers.UUIDField(source="job_id")

    class Meta:
        model = WebhookDelivery
        fields = [
            "id",
            "job",
            "kind",
            "status",
            "attempts",
            "due_at",
            "answer",
            "error",
            "created_at",
            "delivered_at",
            "payload",
        ]
        extra_kwargs = {"due_at": {"help_text": "When it is sent next, while it is pending."}}
