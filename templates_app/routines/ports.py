"""Slots and events: the structural part of a routine, defined by its class and never by a template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from templates_app.routines.errors import PortError
from templates_app.routines.text import NAME, listed, shorten

DEFAULT_CAPACITY = 1000
DEFAULT_WATERMARK = 0.8
WHEN_FULL = ("fail", "block", "drop")
FAIL, BLOCK, DROP = WHEN_FULL
DEFAULT_WHEN_FULL = FAIL


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """A named input queue. `capacity` counts waiting items; above the share `watermark` of it the slot is busy.

    `when_full`: the step that sends one more fails, is blocked until there is room, or the item is dropped and kept.
    """

    name: str
    capacity: int = DEFAULT_CAPACITY
    watermark: float = DEFAULT_WATERMARK
    description: str = ""
    when_full: str = DEFAULT_WHEN_FULL

    def __post_init__(self) -> None:
        check_port_name("slot", self.name)
        if self.when_full not in WHEN_FULL:
            told = f"Slot '{self.name}' says {shorten(self.when_full)} for when it is full"
            raise PortError(f"{told}: {listed(WHEN_FULL)} are accepted.")
        if type(self.capacity) is not int or self.capacity <= 0:
            accepted = "a whole number of at least 1 is accepted"
            raise PortError(f"Slot '{self.name}' has the capacity {shorten(self.capacity)}: {accepted}.")
        if type(self.watermark) not in (int, float) or not 0 <= self.watermark <= 1:
            accepted = "a number from 0 to 1 is accepted"
            raise PortError(f"Slot '{self.name}' has the watermark {shorten(self.watermark)}: {accepted}.")


@dataclass(frozen=True, slots=True)
class EventSpec:
    """A named output. `params` are the payload keys it carries: documentation, not a check."""

    name: str
    params: tuple[str, ...] = ()
    description: str = ""

    def __post_init__(self) -> None:
        check_port_name("event", self.name)
        params: object = self.params
        if not isinstance(params, tuple) or not all(isinstance(param, str) for param in params):
            accepted = "a list of texts is accepted"
            raise PortError(f"Event '{self.name}' lists its payload keys as {shorten(params)}: {accepted}.")


@dataclass(frozen=True, slots=True)
class Ports:
    """What a routine looks like from outside once its config is known; both in definition order."""

    slots: tuple[SlotSpec, ...] = ()
    events: tuple[EventSpec, ...] = ()

    def __post_init__(self) -> None:
        check_unique("Slot", self.slots)
        check_unique("Event", self.events)


class Slot:
    """Declares a slot as a class attribute; its name is the attribute's unless `name` says otherwise."""

    __slots__ = ("capacity", "description", "name", "watermark", "when_full")

    def __init__(
        self,
        capacity: int = DEFAULT_CAPACITY,
        *,
        name: str | None = None,
        watermark: float = DEFAULT_WATERMARK,
        description: str = "",
        when_full: str = DEFAULT_WHEN_FULL,
    ) -> None:
        self.name, self.capacity, self.watermark, self.description = name, capacity, watermark, description
        self.when_full = when_full

    def spec(self, attribute: str) -> SlotSpec:
        name = self.name or attribute
        return SlotSpec(name, self.capacity, self.watermark, self.description, self.when_full)


class Event:
    """Declares an event as a class attribute: `done = Event("count", "total")` documents two payload keys."""

    __slots__ = ("description", "name", "params")

    def __init__(self, *params: str, name: str | None = None, description: str = "") -> None:
        self.params, self.name, self.description = params, name, description

    def spec(self, attribute: str) -> EventSpec:
        return EventSpec(self.name or attribute, self.params, self.description)


def check_port_name(kind: str, name: object) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise PortError(
            f"{shorten(name)} cannot name {'an' if kind == 'event' else 'a'} {kind}: "
            "a letter or underscore, then letters, digits and underscores are accepted, at most 64 in all."
        )


def check_unique(kind: str, specs: Sequence[SlotSpec] | Sequence[EventSpec]) -> None:
    names = [spec.name for spec in specs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise PortError(f"{kind} '{twice}' already exists")
