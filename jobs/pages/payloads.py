"""Payloads as pages show them: cut in the database, so that a page never loads what it will not show."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast, Left, Length

from jobs.models import Item

FEW, PREVIEW = 3, 120
LIMIT = 4096  #: characters of a payload that a page shows
FIELDS = ("id", "source_id", "source_node", "event", "node", "slot", "consumed_by_id", "text", "chars")


@dataclass(frozen=True, slots=True)
class Payload:
    """`text` is indented when it is complete, and the bare beginning of the JSON text when `is_cut`."""

    text: str
    chars: int
    is_cut: bool
    preview: str = ""  #: one line


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownItem:
    id: int
    source_id: int | None
    source_node: str
    event: str
    node: str
    slot: str
    consumed_by_id: int | None
    payload: Payload


@dataclass(frozen=True, slots=True)
class ItemList:
    """The first items of a list, and whether there are more than these."""

    items: list[ShownItem]
    has_more: bool = False

    @property
    def is_long(self) -> bool:
        """So long that payloads are better folded."""
        return len(self.items) > FEW


def rows_of(items: QuerySet[Item], **labels: Any) -> QuerySet[Item, dict[str, Any]]:
    """Plain rows of `items` with the beginning of their payload as `text`, to be read by `shown`."""
    text = Cast("payload", TextField())
    cut = items.annotate(text=Left(text, LIMIT), chars=Length(text), **labels)
    rows: QuerySet[Item, dict[str, Any]] = cut.order_by("id").values(*FIELDS, *labels)
    return rows


def shown(row: dict[str, Any]) -> ShownItem:
    return ShownItem(
        payload=payload(row["text"], row["chars"]),
        **{name: row[name] for name in FIELDS if name not in ("text", "chars")},
    )


def first_of(rows: list[dict[str, Any]], limit: int) -> ItemList:
    return ItemList([shown(row) for row in rows[:limit]], len(rows) > limit)


def payload(text: str, chars: int) -> Payload:
    preview = text if len(text) <= PREVIEW else f"{text[:PREVIEW]}…"
    if chars > len(text):
        return Payload(text, chars, True, preview)
    return Payload(json.dumps(json.loads(text), indent=2, ensure_ascii=False), chars, False, preview)
