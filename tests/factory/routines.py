"""Routines that the tests of the factory register; their names are those that the issue uses."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from templates_app import catalog
from templates_app.routines import Event, Ports, Routine, RoutineConfig, RunContext, Slot
from templates_app.routines.ports import EventSpec

Items = list[dict[str, Any]]


class DataProcessor(Routine):
    """Processes data."""

    needs_logic = True
    input = Slot(capacity=200)
    output = Event("value")

    class Config(RoutineConfig):
        timeout: int = Field(10, ge=1, le=3600)
        retries: int = Field(0, ge=0)
        nested: dict[str, list[int]] = Field(default_factory=dict)


class DataValidator(Routine):
    """Validates data."""

    input = Slot()
    output = Event("value")

    def logic(self, input: Items) -> None:
        for item in input:
            self.emit("output", **{**item, "valid": True})


class OwnMethod(Routine):
    """Sets a method of its own as logic, as old code did."""

    def __init__(self) -> None:
        self.add_slot("input").add_event("output")
        self.set_logic(self.work)

    def work(self, items: Items) -> None:
        for item in items:
            self.emit("output", **item, me=self.config.get("me"))


class Ways(Routine):
    """Has as many events as its config says."""

    input = Slot()

    class Config(RoutineConfig):
        ways: list[str] = ["one"]

    @classmethod
    def ports(cls, config: dict[str, Any]) -> Ports:
        return Ports(super().ports(config).slots, tuple(EventSpec(name) for name in config["ways"]))

    def logic(self, input: Items) -> None:
        for item in input:
            self.emit(self.config.ways[0], **item)


class Unknown(Routine):
    """In no catalog."""

    input = Slot()

    def logic(self, input: Items) -> None:
        pass


def process_data_logic(items: Items, *, run: RunContext) -> None:
    for item in items:
        run.emit("output", value=item.get("value", 0), timeout=run.config.timeout, size=len(items))


def two_lists(left: Items, right: Items) -> None:
    """Takes more lists than DataProcessor has slots."""


def register_all() -> None:
    catalog.register("data_processor", DataProcessor, category="data")
    catalog.register("data_validator", DataValidator)
    catalog.register("factory_own_method", OwnMethod)
    catalog.register("factory_ways", Ways)
    catalog.register_logic("process_data", process_data_logic)
    catalog.register_logic("factory_two_lists", two_lists)
