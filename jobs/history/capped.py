"""The first rows of a list, as many as may be shown, and whether these are all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import F, Func, IntegerField, Model, QuerySet, TextField
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

    Sizes are asked before contents, because a row that is not shown should not cross the wire.
    """
    size = Func(Cast(F(field), TextField()), function="octet_length", output_field=IntegerField())
    sizes = list(rows.annotate(_size=size).values_list("pk", "_size")[: MAX_ROWS + 1])
    fitting: list[Any] = []
    total = 0
    for key, length in sizes[:MAX_ROWS]:
        total += length or 0
        if total > MAX_BYTES and fitting:
            break
        fitting.append(key)
    found = list(rows.filter(pk__in=fitting)) if fitting else []
    return Capped(found, truncated=len(fitting) < len(sizes))
