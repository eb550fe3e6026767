"""What the admin of jobs shares: big tables are read without counting them, and history is not edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _Paginator = Paginator[Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _Paginator = Paginator

MOST = 10_000


class CappedPaginator(_Paginator):
    """Counts up to MOST rows and pages no further: the pages of jobs read the rest by key."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return int(rows.order_by()[:MOST].count())


class ListAdmin(_ModelAdmin):
    paginator = CappedPaginator
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False
    # Other columns have no index.
    sortable_by = ()
    actions: Any = None


class ReadOnlyAdmin(ListAdmin):
    """For rows that belong to the engine."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def badge(kind: str, words: str) -> SafeString:
    return format_html('<span class="rtx-badge {}">{}</span>', kind, words)
