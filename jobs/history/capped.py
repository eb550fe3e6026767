"""The first rows of a list, as many as may be shown, and whether these are all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Case, F, Func, IntegerField, Model, Q, QuerySet, Sum, TextField, When, Window
from django.db.models.functions import Cast

M = TypeVar("M", bound=Model)

MAX_ROWS = 200
MAX_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Capped(Generic[M]):
    """The first rows, in order; `truncated` when there are more than are shown."""

    items: list[M]
    truncated: bool


def capped(rows: QuerySet[M], field: str) -> Capped[M]:
    """The first rows, as far as `field` of all of them together stays within MAX_BYTES; the first is always there.

    The database adds up the sizes, so that what is not shown does not cross the wire; one query.
    """
    found = list(_measured(rows.filter(pk__in=rows.values("pk")[: MAX_ROWS + 1]), field))
    fitting: list[M] = [_whole(row, field) for row in found[:MAX_ROWS] if row.fits]
    return Capped(fitting, truncated=len(fitting) < len(found))


def _measured(rows: QuerySet[M], field: str) -> Any:
    size = Func(Cast(F(field), TextField()), function="octet_length", output_field=IntegerField())
    so_far = Window(Sum("bytes"), order_by=[*rows.query.order_by])  # type: ignore[list-item]
    measured: Any = rows.defer(field).annotate(bytes=size).annotate(so_far=so_far)
    fits = Q(so_far__lte=MAX_BYTES) | Q(so_far=F("bytes"))
    return measured.annotate(fits=Case(When(fits, then=True), default=False), kept=Case(When(fits, then=F(field))))


def _whole(row: Any, field: str) -> Any:
    setattr(row, field, row.kept)
    return row
