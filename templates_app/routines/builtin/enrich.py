from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from templates_app.routines import paths
from templates_app.routines.builtin.aggregates import total
from templates_app.routines.builtin.fields import Path
from templates_app.routines.builtin.records import as_object, record
from templates_app.routines.config import RoutineConfig
from templates_app.routines.errors import DataError
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine
from templates_app.routines.rules import kind_of
from templates_app.routines.text import shorten


class Computed(RoutineConfig):
    """A field that is worked out from others."""

    op: Literal["multiply", "add", "subtract", "divide", "concat"] = Field(description="How the operands are combined.")
    of: list[Path | int | float] = Field(
        min_length=1, max_length=16, description="The operands in order: paths into the record, or numbers."
    )
    digits: int | None = Field(None, ge=0, le=12, description="Round to so many digits after the point.")
    separator: str = Field("", max_length=100, description="What concat puts between the parts.")


class Enrich(Routine):
    """Adds fields to each record: from a table, by the value of one field, and worked out from other fields.

    Example: {"key": "country", "table": {"DE": {"vat": 0.19}}, "computed": {"total": {"op": "multiply", "of":
    ["quantity", "price"], "digits": 2}}}. Table fields come first, so that computed ones can use them.
    """

    pure = True
    input = Slot()
    enriched = Event("data", description="The record with its new fields.")
    unmatched = Event(
        "data", "reason", description="A record that the table lacks, or that has nothing to compute with."
    )

    class Config(RoutineConfig):
        key: Path | None = Field(None, description="Where in the record the key of the table stands.")
        table: dict[str, dict[str, Any]] = Field({}, description="The fields to add, by key.")
        otherwise: dict[str, Any] | None = Field(None, description="The fields to add for keys that the table lacks.")
        computed: dict[str, Computed] = Field({}, description="Fields to work out, in this order.")

    def logic(self, items: list[Any]) -> None:
        for item in items:
            found = record(item)
            try:
                self.emit("enriched", **found.payload(self._enriched(as_object(found.data))))
            except DataError as error:
                self.emit("unmatched", **found.payload(found.data, reason=error.message))

    def _enriched(self, data: dict[str, Any]) -> dict[str, Any]:
        result = {**data, **self._looked_up(data)}
        for name, computed in self.config.computed.items():
            result[name] = compute(computed, result)
        return result

    def _looked_up(self, data: dict[str, Any]) -> dict[str, Any]:
        if self.config.key is None:
            return {}
        key = paths.get(data, paths.parse(self.config.key), None)
        text = key if isinstance(key, str) else shorten(key)
        fields: dict[str, Any] | None = self.config.table.get(text, self.config.otherwise)
        if fields is None:
            raise DataError(f"{self.config.key}: {shorten(key)} is not in the table.")
        return fields


def compute(computed: Computed, data: dict[str, Any]) -> Any:
    """The value of a computed field; raises DataError when the record has nothing to compute it with."""
    values = [_operand(one, data) for one in computed.of]
    if computed.op == "concat":
        return computed.separator.join(value if isinstance(value, str) else shorten(value) for value in values)
    for operand, value in zip(computed.of, values, strict=True):
        if kind_of(value) != "number":
            raise DataError(f"{operand}: {shorten(value)} is not a number.")
    try:
        result = _calculate(computed.op, values)
    except (ZeroDivisionError, OverflowError) as error:
        raise DataError(f"{computed.op}: {error}.") from error
    return result if computed.digits is None else round(result, computed.digits)


def _operand(operand: str | int | float, data: dict[str, Any]) -> Any:
    if not isinstance(operand, str):
        return operand
    found = paths.get(data, paths.parse(operand), None)
    if found is None:
        raise DataError(f"{operand}: missing.")
    return found


def _calculate(op: str, values: list[Any]) -> Any:
    if op == "add":
        return total(values)
    first, *rest = values
    for value in rest:
        first = first * value if op == "multiply" else first - value if op == "subtract" else first / value
    return first
