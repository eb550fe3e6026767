from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from templates_app.routines.builtin.checks import FieldRule, check_field
from templates_app.routines.builtin.records import record
from templates_app.routines.config import RoutineConfig
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine
from templates_app.routines.text import listed, shorten


class Validator(Routine):
    """Checks the fields of each record, and turns texts into the types that are asked for.

    Example: {"fields": {"amount": {"type": "number", "min": 0}, "status": {"one_of": ["new", "paid"]}}}. A record that
    is wrong leaves by `invalid` as it came, with every error that was found.
    """

    pure = True
    input = Slot()
    valid = Event("data", description="The record with its values in the types asked for.")
    invalid = Event("data", "errors", description="The record as it came, and a list of {field, message}.")

    class Config(RoutineConfig):
        fields: dict[str, FieldRule] = Field({}, description="What each field has to be.")
        unknown_fields: Literal["keep", "drop", "refuse"] = Field(
            "keep", description="What becomes of fields that are not described here."
        )
        coerce_types: bool = Field(True, description='Accept a text such as "12" where a number is asked for.')
        blank_is_missing: bool = Field(True, description="Treat a text of nothing but blanks as missing.")

    def logic(self, items: list[Any]) -> None:
        for item in items:
            found = record(item)
            values, errors = self._check(found.data)
            if errors:
                self.emit("invalid", **found.payload(found.data, errors=errors))
            else:
                self.emit("valid", **found.payload(values))

    def _check(self, data: Any) -> tuple[dict[str, Any], list[dict[str, str]]]:
        if not isinstance(data, dict):
            return {}, [{"field": "", "message": f"{shorten(data)} is not an object with fields."}]
        values, errors = self._others(data)
        for name, rule in self.config.fields.items():
            value, problem = check_field(self._given(data, name), rule, coerce=self.config.coerce_types)
            if problem:
                errors.append({"field": name, "message": problem})
            elif name in data:
                values[name] = value
        return values, errors

    def _given(self, data: dict[str, Any], name: str) -> Any:
        value = data.get(name)
        blank = self.config.blank_is_missing and isinstance(value, str) and not value.strip()
        return None if blank else value

    def _others(self, data: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, str]]]:
        if self.config.unknown_fields == "keep":
            return dict(data), []
        if self.config.unknown_fields == "drop":
            return {}, []
        known = self.config.fields
        message = f"There is no such field. Accepted: {listed(known)}."
        return {}, [{"field": name, "message": message} for name in data if name not in known]
