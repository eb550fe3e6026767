from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from templates_app.routines import paths
from templates_app.routines.builtin.aggregates import REDUCERS, problem
from templates_app.routines.builtin.fields import Path
from templates_app.routines.builtin.records import record
from templates_app.routines.config import RoutineConfig
from templates_app.routines.policies import MAX_BATCH, BatchSize
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine
from templates_app.routines.rules import kind_of
from templates_app.routines.text import shorten


class Aggregate(RoutineConfig):
    """One figure about the records of a group. Missing and null values are left out of it."""

    op: Literal["count", "sum", "min", "max", "avg", "list", "first", "last"] = Field(description="How it is made.")
    path: Path = Field("", description="Of which value; for count, empty means the records themselves.")
    digits: int | None = Field(None, ge=0, le=12, description="Round to so many digits after the point.")


class Aggregator(Routine):
    """Collects records and sends one summary for each group of them, or one for all.

    It waits until nothing else in the job can move, and then takes everything that has arrived; another policy gives
    summaries of parts. Example: {"group_by": "customer", "aggregates": {"total": {"op": "sum", "path": "amount"}}}
    gives {"customer": "C1", "total": 12.5}, groups in the order in which they first appeared.
    """

    pure = True
    policy = BatchSize(MAX_BATCH)
    input = Slot(capacity=MAX_BATCH)
    aggregated = Event("data", "count", description="The summary of one group, and how many records it is made of.")
    skipped = Event("data", "reason", description="A record that cannot be counted in.")

    class Config(RoutineConfig):
        group_by: Path | None = Field(
            None, description="The value that makes records belong together: a text, a number or true or false."
        )
        aggregates: dict[str, Aggregate] = Field(
            {}, description="The figures of a summary by name; without any, a summary lists its records as `items`."
        )

        @model_validator(mode="after")
        def _names_differ(self) -> Self:
            if self.group_by is not None and _group_name(self.group_by) in self.aggregates:
                raise ValueError(f"the aggregate {_group_name(self.group_by)} has the name of the group: rename it")
            return self

    def logic(self, items: list[Any]) -> None:
        groups: dict[tuple[str, Any], list[Any]] = {}
        for item in items:
            found = record(item)
            reason = self._reason_to_skip(found.data)
            if reason:
                self.emit("skipped", **found.payload(found.data, reason=reason))
            else:
                groups.setdefault(self._group(found.data), []).append(found.data)
        for (_, key), members in groups.items():
            self.emit("aggregated", data=self._summary(key, members), count=len(members))

    def _group(self, data: Any) -> tuple[str, Any]:
        """The kind stands beside the key, because Python takes true and 1 for the same key."""
        key = None if self.config.group_by is None else paths.get(data, paths.parse(self.config.group_by))
        return kind_of(key), key

    def _reason_to_skip(self, data: Any) -> str:
        place = self.config.group_by
        key = "" if place is None else paths.get(data, paths.parse(place), None)
        if key is None or isinstance(key, dict | list):
            return f"{place}: {shorten(key)} cannot name a group"
        for name, aggregate in self.config.aggregates.items():
            told = problem(aggregate.op, paths.get(data, paths.parse(aggregate.path), None))
            if told:
                return f"{name}: {told}"
        return ""

    def _summary(self, key: Any, members: list[Any]) -> dict[str, Any]:
        named = {} if self.config.group_by is None else {_group_name(self.config.group_by): key}
        if not self.config.aggregates:
            return {**named, "items": members}
        return {**named, **{name: _figure(one, members) for name, one in self.config.aggregates.items()}}


def _figure(aggregate: Aggregate, members: list[Any]) -> Any:
    place = paths.parse(aggregate.path)
    values = [paths.get(member, place, None) for member in members]
    figure = REDUCERS[aggregate.op]([value for value in values if value is not None])
    rounds = aggregate.digits is not None and kind_of(figure) == "number"
    return round(figure, aggregate.digits) if rounds else figure


def _group_name(path: str) -> str:
    return paths.last_name(paths.parse(path), "group")
