from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from templates_app.routines import paths
from templates_app.routines.builtin.fields import Path
from templates_app.routines.builtin.records import as_object, record
from templates_app.routines.config import RoutineConfig
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine

TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "lower": lambda value: str(value).lower(),
    "upper": lambda value: str(value).upper(),
    "strip": lambda value: str(value).strip(),
    "string": str,
    "integer": int,
    "number": float,
}


class Source(RoutineConfig):
    """Where a target field comes from: a path into the record, or a constant."""

    path: Path | None = Field(None, description="Where the value stands; empty means the whole record.")
    value: Any = Field(None, description="A constant, in place of a path.")
    transform: Literal["lower", "upper", "strip", "string", "integer", "number"] | None = Field(
        None, description="What is made of the value; a value that it cannot work with counts as missing."
    )
    default: Any = Field(None, description="What stands in for a missing value; without it, drop_missing decides.")

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if ("path" in self.model_fields_set) == ("value" in self.model_fields_set):
            raise ValueError("either a path or a value is accepted")
        return self

    def read(self, data: Any) -> Any:
        found = self.value if self.path is None else paths.get(data, paths.parse(self.path))
        if found is not paths.MISSING and self.transform:
            found = _transformed(found, self.transform)
        return self.default if found is paths.MISSING and "default" in self.model_fields_set else found


class Mapper(Routine):
    """Builds a new record from each record: each target field takes its value from a path into the old record.

    Example: {"mappings": {"customer": "order.customer.name", "first_item": "items[0].sku"}}
    """

    pure = True
    input = Slot()
    output = Event("data", description="The new record.")

    class Config(RoutineConfig):
        mappings: dict[str, Path | Source] = Field(
            {}, description="Target field to source: a path such as customer.name, or an object with more settings."
        )
        keep_unmapped: bool = Field(False, description="Keep the fields of the record that no mapping uses.")
        drop_missing: bool = Field(True, description="Leave out targets whose source is missing.")
        default_value: Any = Field(None, description="What a missing source gives when drop_missing is off.")

    def logic(self, items: list[Any]) -> None:
        sources = {target: _source(given) for target, given in self.config.mappings.items()}
        for item in items:
            found = record(item)
            self.emit("output", **found.payload(self._map(as_object(found.data), sources)))

    def _map(self, data: dict[str, Any], sources: dict[str, Source]) -> dict[str, Any]:
        result = self._unmapped(data, sources) if self.config.keep_unmapped else {}
        for target, source in sources.items():
            value = source.read(data)
            if value is not paths.MISSING:
                result[target] = value
            elif not self.config.drop_missing:
                result[target] = self.config.default_value
        return result

    def _unmapped(self, data: dict[str, Any], sources: dict[str, Source]) -> dict[str, Any]:
        used = {paths.parse(source.path)[:1] for source in sources.values() if source.path}
        return {key: value for key, value in data.items() if (key,) not in used}


def _source(given: str | Source) -> Source:
    return Source.model_construct(path=given) if isinstance(given, str) else given


def _transformed(value: Any, name: str) -> Any:
    try:
        return TRANSFORMS[name](value)
    except (TypeError, ValueError, OverflowError):
        return paths.MISSING
