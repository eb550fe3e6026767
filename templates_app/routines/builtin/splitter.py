from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from templates_app.routines import paths
from templates_app.routines.builtin.fields import Path
from templates_app.routines.builtin.records import Record, record
from templates_app.routines.config import RoutineConfig
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine


class Splitter(Routine):
    """Sends one record for each element of a list, of an object, or, if wished, for each part of a text.

    Anything else counts as a list of itself alone; null and what is empty leave by `empty`.
    """

    pure = True
    input = Slot()
    item = Event("data", "index", "count", description="One element.")
    empty = Event("data", description="A record in which there was nothing to split.")
    error = Event("data", "error", description="A record that does not have the field.")

    class Config(RoutineConfig):
        field: Path = Field("", description="Where in the record the list stands; empty means the record itself.")
        split_strings: bool = Field(False, description="Split a text into parts; otherwise a text is one element.")
        separator: str = Field(
            "", max_length=100, description="What stands between the parts; empty means white space."
        )
        dict_mode: Literal["values", "items", "keys", "entries"] = Field(
            "values",
            description="What an object gives: values, [key, value] pairs, keys, or key-value objects.",
        )
        include_index: bool = Field(False, description="Add the index of the element, counted from 0.")
        include_count: bool = Field(False, description="Add the number of elements.")

    def logic(self, items: list[Any]) -> None:
        place = paths.parse(self.config.field)
        for item in items:
            found = record(item)
            value = paths.get(found.data, place)
            if value is paths.MISSING:
                error = f"The record has nothing at {self.config.field}."
                self.emit("error", **found.payload(found.data, error=error))
            else:
                self._send(found, self._elements(value))

    def _send(self, found: Record, elements: list[Any]) -> None:
        if not elements:
            self.emit("empty", **found.payload(found.data))
        for index, element in enumerate(elements):
            more = {"index": index} if self.config.include_index else {}
            more |= {"count": len(elements)} if self.config.include_count else {}
            self.emit("item", **found.payload(element, **more))

    def _elements(self, value: Any) -> list[Any]:
        if isinstance(value, list):
            return value
        if isinstance(value, dict):
            return _of_object(value, self.config.dict_mode)
        if isinstance(value, str) and self.config.split_strings:
            return value.split(self.config.separator or None) if value else []
        return [] if value is None or value == "" else [value]


def _of_object(value: dict[str, Any], mode: str) -> list[Any]:
    if mode == "values":
        return list(value.values())
    if mode == "keys":
        return list(value)
    if mode == "items":
        return [[key, child] for key, child in value.items()]
    return [{"key": key, "value": child} for key, child in value.items()]
