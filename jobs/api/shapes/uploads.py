from __future__ import annotations

from rest_framework import serializers

from jobs.models import Upload


class UploadSerializer(serializers.ModelSerializer[Upload]):
    stored_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    stored_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Upload
        fields = ["name", "size", "sha256", "stored_at", "stored_by"]
