"""Query strings that many endpoints take."""

from __future__ import annotations

from rest_framework import serializers

from routilux_site.lib.api.fields import StrictSerializer
from routilux_site.lib.keyset import MAX_SIZE


class NoQuery(StrictSerializer):
    pass


class PageQuery(StrictSerializer):
    cursor = serializers.CharField(required=False, help_text="From `next` or `previous` of a page; follow those links.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MAX_SIZE, help_text="How many on a page.")
