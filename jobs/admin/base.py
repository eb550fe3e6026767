"""What the admin of jobs shares: big tables are read without counting them, and history is not edited."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import cached_property

from routilux_site.lib.errors import RoutiluxError

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

    def each(self, request: HttpRequest, rows: Iterable[Any], act: Callable[[Any], object], done: str) -> None:
        """Do it to every row that was chosen; of those that refuse it is told why."""
        for row in rows:
            try:
                act(row)
            except RoutiluxError as error:
                self.message_user(request, f"{row}: {error.message}", messages.WARNING)
            else:
                self.message_user(request, f"{row} {done}.", messages.SUCCESS)


class ReadOnlyAdmin(ListAdmin):
    """For rows that belong to the engine."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def shown_once(page: ListAdmin, request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
    """A secret, in this answer and nowhere else: a message would be stored in the session."""
    shown = {**page.admin_site.each_context(request), "opts": page.opts, **context}
    response = TemplateResponse(request, template, shown)
    response["Cache-Control"] = "no-store"
    return response
