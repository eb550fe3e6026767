"""The routines of the sample flows. Read them from the top: each shows one way to write a routine."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, ClassVar

from pydantic import Field

from templates_app import catalog
from templates_app.routines import Event, Policy, Routine, RoutineConfig, RunContext, Slot, batch_size_policy, routine

Items = list[dict[str, Any]]

#: More than any sample holds, so that a step waits until the rest of the job is at rest and then gets all at once.
EVERYTHING = 100_000


class Shipping(Routine):
    """Adds what it costs to ship an order, and what the customer pays in the end."""

    pure = True
    orders = Slot()
    shipped = Event("data", description="The order with service, shipping and gross.")

    class Config(RoutineConfig):
        service: str = Field("standard", min_length=1, max_length=50, description="How the order is sent.")
        fee: float = Field(4.9, ge=0, description="What it costs to send one order.")
        free_from: float | None = Field(None, ge=0, description="From this net amount on it costs nothing.")

    def logic(self, orders: Items) -> None:
        for item in orders:
            order = item["data"]
            fee = 0.0 if self._is_free(order["net"]) else self.config.fee
            gross = round(order["net"] + order["tax"] + fee, 2)
            self.emit("shipped", **{**item, "data": {**order, **self._sent(fee), "gross": gross}})

    def _is_free(self, net: float) -> bool:
        return self.config.free_from is not None and net >= self.config.free_from

    def _sent(self, fee: float) -> dict[str, Any]:
        return {"service": self.config.service, "shipping": fee}


class Unique(Routine):
    """Lets the first row of each key pass. It sees all rows at once, so that the first is the first of the file."""

    pure = True
    policy: ClassVar[Policy | None] = batch_size_policy(EVERYTHING)
    rows = Slot(capacity=EVERYTHING)
    first = Event("data", "row")
    repeated = Event("data", "row", "reason")

    class Config(RoutineConfig):
        key: str = Field("order", min_length=1, description="The field that tells rows apart.")

    def logic(self, rows: Items) -> None:
        seen: dict[Any, int] = {}
        for item in sorted(rows, key=lambda item: int(item["row"])):
            key = item["data"][self.config.key]
            if key in seen:
                reason = f"{self.config.key} {key} stands in row {seen[key]} already."
                self.emit("repeated", **item, reason=reason)
            else:
                seen[key] = item["row"]
                self.emit("first", **item)


@routine("orders_explain", slot="bad_rows", event="explained", pure=True)
def explain(item: dict[str, Any]) -> dict[str, Any]:
    """Brings the complaints of reader, validator and price list into one shape: where, what, why."""
    reasons = [f"{error['field']}: {error['message']}" for error in item.get("errors", [])]
    reasons += [item[key] for key in ("error", "reason") if key in item]
    return {"data": {"row": item["row"], "line": item["line"], "reasons": reasons, "record": item["data"]}}


class Report(Routine):
    """Turns the totals of all customers into a small table for people."""

    pure = True
    policy: ClassVar[Policy | None] = batch_size_policy(EVERYTHING)
    customers = Slot(capacity=EVERYTHING)
    report = Event("title", "lines", "total")

    class Config(RoutineConfig):
        title: str = Field("Orders by customer", description="The heading of the report.")

    def logic(self, customers: Items, *, run: RunContext) -> None:
        rows = sorted((item["data"] for item in customers), key=lambda row: str(row["customer"]))
        total = {key: sum(row[key] for row in rows) for key in ("orders", "net", "tax", "shipping", "gross")}
        total = {key: round(value, 2) for key, value in total.items()}
        run.log(f"{len(rows)} customers, {total['orders']} orders")
        lines = [_line(row) for row in [*rows, {"customer": "Total", **total}]]
        self.emit("report", title=self.config.title, lines=[_HEADING, *lines], total=total)


_HEADING = f"{'customer':<20}{'orders':>7}{'net':>10}{'tax':>9}{'shipping':>9}{'gross':>10}"


def _line(row: dict[str, Any]) -> str:
    amounts = f"{row['net']:>10.2f}{row['tax']:>9.2f}{row['shipping']:>9.2f}{row['gross']:>10.2f}"
    return f"{row['customer']:<20.20}{row['orders']:>7}{amounts}"


class SplitText(Routine):
    """Sends each paragraph of a text on its own. Written in the imperative style: ports are added in `__init__`."""

    def __init__(self) -> None:
        self.add_slot("texts")
        self.add_event("paragraph", ["number", "text"])

    def logic(self, texts: Items, *, run: RunContext) -> None:
        for item in texts:
            for number, text in enumerate(_paragraphs(_read(item, run)), start=1):
                self.emit("paragraph", number=number, text=text)


def _read(item: dict[str, Any], run: RunContext) -> str:
    if "text" in item:
        return str(item["text"])
    with run.services.open_upload(item["upload"]) as stream:
        return stream.read().decode()


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


@routine("text_words", slot="paragraphs", event="counted", pure=True)
def count_words(item: dict[str, Any]) -> dict[str, Any]:
    """Counts the words of one paragraph."""
    return {"number": item["number"], "counts": dict(Counter(re.findall(r"[^\W\d_]+", item["text"].lower())))}


@routine("text_sentences", slot="paragraphs", event="counted", pure=True)
def count_sentences(item: dict[str, Any]) -> dict[str, Any]:
    """Counts the sentences of one paragraph."""
    return {"number": item["number"], "sentences": len(re.findall(r"[.!?]+", item["text"]))}


class Summary(Routine):
    """Brings the counts of all paragraphs together, whatever the order in which they arrive."""

    pure = True
    policy: ClassVar[Policy | None] = batch_size_policy(EVERYTHING)
    words = Slot(capacity=EVERYTHING)
    sentences = Slot(capacity=EVERYTHING)
    summary = Event("paragraphs", "sentences", "words", "distinct", "top")

    class Config(RoutineConfig):
        top: int = Field(5, ge=1, le=100, description="How many of the most frequent words to show.")
        min_length: int = Field(1, ge=1, le=50, description="Leave out shorter words among the most frequent.")

    def logic(self, words: Items, sentences: Items) -> None:
        counts: Counter[str] = Counter()
        for item in words:
            counts.update(item["counts"])
        self.emit(
            "summary",
            paragraphs=len(words),
            sentences=sum(item["sentences"] for item in sentences),
            words=counts.total(),
            distinct=len(counts),
            top=self._top(counts),
        )

    def _top(self, counts: Counter[str]) -> list[dict[str, Any]]:
        long = [(word, count) for word, count in counts.items() if len(word) >= self.config.min_length]
        ranked = sorted(long, key=lambda pair: (-pair[1], pair[0]))
        return [{"word": word, "count": count} for word, count in ranked[: self.config.top]]


# Functions with a name in @routine are registered by themselves; classes are registered here.
for name, cls in {
    "orders_shipping": Shipping,
    "orders_unique": Unique,
    "orders_report": Report,
    "text_split": SplitText,
    "text_summary": Summary,
}.items():
    catalog.register(name, cls, category="samples")
