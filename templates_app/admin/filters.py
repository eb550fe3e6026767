from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

HAS_ERRORS: dict[str, Any] = {"problems__contains": [{"level": "error"}]}


class StateFilter(admin.SimpleListFilter):
    """What is in use, unless asked for what is invalid or was archived."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("valid", "Valid"), ("invalid", "Invalid"), ("archived", "Archived"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        in_use, *rest = super().choices(changelist)
        return [{**in_use, "display": "In use"}, *rest]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.value()
        if asked == "all":
            return queryset
        if asked == "archived":
            return queryset.filter(archived_at__isnull=False)
        in_use = queryset.filter(archived_at=None)
        if asked == "invalid":
            return in_use.filter(**HAS_ERRORS)
        return in_use.exclude(**HAS_ERRORS) if asked == "valid" else in_use


class VariantFilter(admin.SimpleListFilter):
    """Variants of one prototype; its page links here."""

    title = "variant of"
    parameter_name = "parent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        asked = request.GET.get(self.parameter_name, "")
        return [(asked, f"prototype {asked}")] if asked.isdecimal() and len(asked) < 18 else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.value()
        return queryset.filter(parent=int(asked)) if asked else queryset
