"""Routines that the tests of templates build on; registered once, under names that no built-in has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from templates_app import catalog
from templates_app.routines import (
    Event,
    Policy,
    Ports,
    Routine,
    RoutineConfig,
    Slot,
    all_slots_ready_policy,
    batch_size_policy,
)
from templates_app.routines.ports import EventSpec


class Fetch(Routine):
    """Fetches something."""

    requests = Slot()
    fetched = Event("body")
    failed = Event("reason")

    class Config(RoutineConfig):
        timeout: int = Field(30, ge=1, le=3600, description="Seconds to wait for an answer.")
        retries: int = Field(3, ge=0, description="How often to try again.")
        mode: Literal["fast", "careful"] = "fast"
        verbose: bool = False
        label: str | None = None
        rates: dict[str, float] = Field(default_factory=dict)

    def logic(self, requests: list[Any]) -> None:
        for request in requests:
            self.emit("fetched", body=request)


class Join(Routine):
    """Joins left and right."""

    left = Slot(capacity=50)
    right = Slot(capacity=50)
    joined = Event("left", "right")
    policy = all_slots_ready_policy()

    def logic(self, left: list[Any], right: list[Any]) -> None:
        self.emit("joined", left=left, right=right)


class Switch(Routine):
    """Sends each item one way; the ways are config."""

    items = Slot()

    class Config(RoutineConfig):
        routes: list[str] = Field(default=["high", "low"], description="Names of the ways out.")

    @classmethod
    def ports(cls, config: dict[str, Any]) -> Ports:
        return Ports(super().ports(config).slots, tuple(EventSpec(name) for name in config["routes"]))

    def logic(self, items: list[Any]) -> None:
        self.emit("high", items=items)


class Gather(Routine):
    """Gathers as many items as its config says."""

    items = Slot()
    gathered = Event("items")

    class Config(RoutineConfig):
        size: int = Field(ge=1, description="Items in one batch.")

    @classmethod
    def default_policy(cls, config: dict[str, Any]) -> Policy:
        return batch_size_policy(config["size"])

    def logic(self, items: list[Any]) -> None:
        self.emit("gathered", items=items)


def own_logic(requests: list[Any]) -> None:
    """Logic that takes the place of a method."""


def register_all() -> None:
    catalog.register("t_fetch", Fetch, category="tests", tags=["net"])
    catalog.register("t_join", Join, category="tests")
    catalog.register("t_switch", Switch, category="tests")
    catalog.register("t_gather", Gather, category="tests")
    catalog.register_logic("t_logic", own_logic)
