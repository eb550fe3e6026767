from __future__ import annotations

from typing import Any

import pytest

from templates_app.routines import Event, Ports, Routine, Slot
from templates_app.routines.errors import DefinitionError, PortError


class Base(Routine):
    orders = Slot(capacity=5)
    stock = Slot()
    done = Event("count", description="How many.")

    def logic(self, *lists: list[Any]) -> None:
        """Nothing to do."""


def test_it_names_ports_after_their_attributes_in_order() -> None:
    routine = Base()
    assert list(routine.slots) == ["orders", "stock"]
    assert routine.slots["orders"].capacity == 5
    assert routine.events["done"].params == ("count",)


def test_it_takes_an_explicit_name() -> None:
    class Renamed(Routine):
        configured = Slot(name="config")

    assert list(Renamed().slots) == ["config"]


def test_it_inherits_replaces_and_removes_ports() -> None:
    class Child(Base):
        stock = Slot(capacity=7)
        done = None  # type: ignore[assignment]
        failed = Event()

    assert [(slot.name, slot.capacity) for slot in Child().slots.values()] == [("orders", 5), ("stock", 7)]
    assert list(Child().events) == ["failed"]
    assert list(Base().events) == ["done"]


def test_it_merges_ports_of_several_bases() -> None:
    class Logged(Routine):
        log = Event("line")

    class Both(Base, Logged):
        pass

    assert set(Both().events) == {"log", "done"}


def test_it_refuses_two_slots_of_one_name() -> None:
    with pytest.raises(PortError, match="Slot 'a' already exists"):

        class Twice(Routine):
            a = Slot()
            b = Slot(name="a")


@pytest.mark.parametrize("attribute", ["config", "emit", "slots", "events", "logic", "policy"])
def test_it_refuses_a_port_that_hides_a_part_of_routine(attribute: str) -> None:
    with pytest.raises(PortError, match=rf"'{attribute}' of Hiding hides Routine.{attribute}.*name='{attribute}'"):
        type("Hiding", (Routine,), {attribute: Slot()})


@pytest.mark.parametrize("name", ["", "1st", "a b", "a.b", "é", "a" * 65, "a\n"])
def test_it_refuses_port_names_that_paths_could_not_carry(name: str) -> None:
    with pytest.raises(PortError, match=r"cannot name a slot|cannot name an event"):
        Routine().add_slot(name)


@pytest.mark.parametrize("capacity", [0, -1, 1.5, True, "9"])
def test_it_refuses_a_capacity_that_is_no_count(capacity: Any) -> None:
    with pytest.raises(PortError, match="a whole number of at least 1 is accepted"):
        Routine().add_slot("a", max_queue_length=capacity)


def test_it_refuses_a_config_that_is_no_model() -> None:
    with pytest.raises(DefinitionError, match=r"Wrong.Config is not a pydantic model"):
        type("Wrong", (Routine,), {"Config": dict})


def test_it_tells_its_ports_for_a_config() -> None:
    ports = Base.ports({})
    assert [slot.name for slot in ports.slots] == ["orders", "stock"]
    assert [event.name for event in ports.events] == ["done"]


def test_it_refuses_ports_with_a_doubled_event() -> None:
    event = Base().events["done"]
    with pytest.raises(PortError, match="Event 'done' already exists"):
        Ports(events=(event, event))


def test_it_says_what_becomes_of_one_item_too_many() -> None:
    class Lossy(Routine):
        rows = Slot(capacity=5, when_full="drop")

    assert Lossy().add_slot("more", when_full="block").slots["more"].when_full == "block"
    assert Lossy().slots["rows"].when_full == "drop"


def test_it_refuses_an_outcome_that_it_does_not_know() -> None:
    with pytest.raises(PortError, match='says "explode" for when it is full: fail, block, drop are accepted'):
        Routine().add_slot("a", when_full="explode")
