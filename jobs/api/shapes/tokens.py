from __future__ import annotations

from rest_framework import serializers

from jobs.models import ApiToken


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    user = serializers.CharField(source="user.username")
    flows = serializers.ListField(child=serializers.CharField(), source="flow_names")
    scopes = serializers.ListField(child=serializers.CharField())
    valid = serializers.BooleanField(source="is_valid", help_text="Neither expired nor revoked, and its user active.")

    class Meta:
        model = ApiToken
        fields = [
            "prefix",
            "name",
            "user",
            "flows",
            "scopes",
            "valid",
            "created_at",
            "expires_at",
            "revoked_at",
            "last_used_at",
        ]
        extra_kwargs = {"prefix": {"help_text": "What names it: the part between the underscores."}}


class IssuedSerializer(TokenSerializer):
    """The context holds the text as `text`."""

    token = serializers.SerializerMethodField(help_text="Shown only now: copy it.")

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]

    def get_token(self, token: ApiToken) -> str:
        return str(self.context["text"])
