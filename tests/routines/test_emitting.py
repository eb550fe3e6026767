from __future__ import annotations

import datetime
from typing import Any, ClassVar

import pytest

from templates_app.routines import Event, Routine, RunContext, Slot
from templates_app.routines.errors import EmitError, InactiveError
from tests.routines.helpers import emitted, run


class Echo(Routine):
    items = Slot()
    echoed = Event()
    ended = Event()

    def logic(self, items: list[Any]) -> None:
        for item in items:
            self._deep(item, 20)

    def _deep(self, item: Any, depth: int) -> None:
        if depth:
            self._deep(item, depth - 1)
        else:
            self.emit("echoed", **item)


def test_it_emits_from_any_depth() -> None:
    assert emitted(run(Echo(), {"items": [{"a": 1}]})) == [("echoed", {"a": 1})]


@pytest.mark.parametrize("key", ["event", "self", "run", "payload", "not a name"])
def test_it_carries_any_payload_key(key: str) -> None:
    assert emitted(run(Echo(), {"items": [{key: 1}]})) == [("echoed", {key: 1})]


def test_it_shares_nothing_with_what_the_routine_holds() -> None:
    item = {"a": [1, {"b": 2}]}
    done = run(Echo(), {"items": [item, item]})
    done.emissions[0].payload["a"][1]["b"] = "changed"
    assert done.emissions[1].payload == item == {"a": [1, {"b": 2}]}


@pytest.mark.parametrize("value", [datetime.date(2026, 1, 1), {1, 2}, (1,), float("nan"), b"x", "\0", 2**64, object()])
def test_it_refuses_what_is_not_json_and_says_where(value: Any) -> None:
    with pytest.raises(EmitError, match=r"emit\('echoed'\)") as caught:
        run(Echo(), {"items": [{"order": {"when": value}}]})
    assert caught.value.path == "node.echoed.order.when"


class Typo(Echo):
    def logic(self, items: list[Any]) -> None:
        self.emit("ehoed")


def test_it_names_the_events_there_are() -> None:
    with pytest.raises(EmitError, match=r'"ehoed".*Did you mean echoed\? Events: echoed, ended'):
        run(Typo(), {"items": []})


def test_it_refuses_to_emit_outside_of_an_activation() -> None:
    routine = Echo()
    with pytest.raises(InactiveError, match="outside of an activation"):
        routine.emit("echoed")
    done = run(routine, {"items": []})
    with pytest.raises(InactiveError, match="outside of an activation"):
        done.emit("echoed")


class Flood(Echo):
    def logic(self, items: list[Any]) -> None:
        for number in range(5):
            self.emit("echoed", n=number)


class Narrow(RunContext):
    max_emissions: ClassVar[int] = 3


def test_it_bounds_the_emissions_of_one_activation() -> None:
    routine, done = Flood(), Narrow()
    routine.bind(done)
    with pytest.raises(EmitError, match="More than 3 emissions"):
        routine.logic([])
    assert len(done.emissions) == 3
