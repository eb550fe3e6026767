"""Pages by key instead of by number: as fast on the last page of a million rows as on the first, and no COUNT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import F, Func, IntegerField, Model, QuerySet, TextField
from django.db.models.functions import Cast
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from routilux_site.lib.errors import RoutiluxError

M = TypeVar("M", bound=Model)

DEFAULT_SIZE = 50
MAX_SIZE = 200
#: Of the field that a list is bounded by; one row is always shown.
MAX_BYTES = 1024 * 1024


class PageError(RoutiluxError):
    code: ClassVar[str] = "invalid-page"
    title: ClassVar[str] = "There is no such page"


@dataclass(frozen=True)
class Page(Generic[M]):
    """`next` and `previous` are cursors to hand back, None where the list ends."""

    items: Sequence[M]
    next: str | None
    previous: str | None


def keyset_page(
    queryset: QuerySet[M], *, field: str = "-id", cursor: str | None, size: int = DEFAULT_SIZE, heavy: str = ""
) -> Page[M]:
    """One page in the order of `field`, which must be unique; raises PageError when `cursor` is none of ours.

    Where rows have a `heavy` field, a page ends before all of them together are more than MAX_BYTES of it.
    """
    name = field.removeprefix("-")
    rows, backwards = rows_from(queryset, field=field, cursor=cursor)
    size = fitting(rows, heavy, size) if heavy else size
    found = list(rows[: size + 1])
    items, has_more = found[:size], len(found) > size
    if backwards:
        items.reverse()
    has_next, has_previous = (True, has_more) if backwards else (has_more, bool(cursor))
    return Page(
        items,
        next=f"after.{getattr(items[-1], name)}" if items and has_next else None,
        previous=f"before.{getattr(items[0], name)}" if items and has_previous else None,
    )


def fitting(rows: QuerySet[Any], field: str, most: int) -> int:
    """How many of the first rows come to at most MAX_BYTES of `field`, by their sizes: contents stay where they are."""
    size = Func(Cast(F(field), TextField()), function="octet_length", output_field=IntegerField())
    total = 0
    for count, length in enumerate(rows.annotate(_size=size).values_list("_size", flat=True)[:most]):
        total += length or 0
        if total > MAX_BYTES:
            return max(count, 1)
    return most


def rows_from(queryset: QuerySet[M], *, field: str, cursor: str | None) -> tuple[QuerySet[M], bool]:
    """The rows from a cursor on, the nearest first, and whether that is backwards; raises PageError."""
    name = field.removeprefix("-")
    backwards, value = _parse_cursor(queryset, name, cursor)
    is_descending = field.startswith("-") != backwards
    rows = queryset.order_by(f"-{name}" if is_descending else name)
    if cursor:
        rows = rows.filter(**{f"{name}__{'lt' if is_descending else 'gt'}": value})
    return rows, backwards


def _parse_cursor(queryset: QuerySet[M], name: str, cursor: str | None) -> tuple[bool, Any]:
    if not cursor:
        return False, None
    direction, _, text = cursor.partition(".")
    try:
        value = queryset.model._meta.get_field(name).to_python(text)  # type: ignore[union-attr]
    except ValidationError:
        value = None
    if direction not in ("after", "before") or value is None or "\0" in text:
        message = f"{cursor[:80]!r} is not a cursor: take it from `next` or `previous` of a page."
        raise PageError(message, path="cursor")
    return direction == "before", value


class KeysetPagination(BasePagination):
    """DRF pages `{"results", "next", "previous"}`; a view may set `keyset_field` and `keyset_heavy`."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        field = getattr(view, "keyset_field", "-id")
        cursor = request.query_params.get("cursor")
        heavy = getattr(view, "keyset_heavy", "")
        self.page: Page[Any] = keyset_page(queryset, field=field, cursor=cursor, size=_size(request), heavy=heavy)
        return list(self.page.items)

    def adopt(self, find: Callable[..., Page[Any]], request: Request) -> list[Any]:
        """The page that `find` finds, given `cursor` and `size`, where a list is more than the rows of a query."""
        self.request = request
        self.page = find(cursor=request.query_params.get("cursor", ""), size=_size(request))
        return list(self.page.items)

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self._link(self.page.next), "previous": self._link(self.page.previous)}
        return Response({"results": data, **links})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link: dict[str, Any] = {"type": ["string", "null"], "format": "uri"}
        there = {**link, "example": "https://routilux.example/api/v1/jobs?cursor=after.019ab0f2"}
        properties = {"results": schema, "next": there, "previous": {**link, "example": None}}
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE}
        return [
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "required": False, "schema": size},
        ]

    def _link(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = self.request.query_params.copy()
        query["cursor"] = cursor
        return f"{self.request.build_absolute_uri(self.request.path)}?{urlencode(list(query.lists()), doseq=True)}"


def _size(request: Request) -> int:
    text = request.query_params.get("limit", str(DEFAULT_SIZE))
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MAX_SIZE):
        message = f"{text[:80]!r} is not a page size: a whole number from 1 to {MAX_SIZE} is accepted."
        raise PageError(message, path="limit")
    return int(text)
