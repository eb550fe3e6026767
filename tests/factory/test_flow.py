from __future__ import annotations

from typing import Any

import pytest

from templates_app.factory import Flow
from templates_app.factory.errors import Unacceptable, WiringError
from templates_app.routines import ErrorHandler, all_slots_ready_policy
from tests.factory.routines import DataProcessor, DataValidator


def test_it_makes_ids_of_its_own() -> None:
    flow = Flow()
    assert [flow.add_routine(DataValidator()) for _ in range(3)] == [
        "data_validator",
        "data_validator_1",
        "data_validator_2",
    ]
    assert Flow().flow_id != flow.flow_id


def test_it_refuses_a_node_twice_and_a_bad_name(base_flow: Flow) -> None:
    with pytest.raises(ValueError, match="Routine ID 'validator' already exists in flow"):
        base_flow.add_routine(DataValidator(), "validator")
    with pytest.raises(WiringError, match="cannot name a node"):
        base_flow.add_routine(DataValidator(), "a.b")
    with pytest.raises(WiringError, match="A int is no routine"):
        base_flow.add_routine(3, "c")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        (("gone", "output", "validator", "input"), "Source routine 'gone' not found in flow"),
        (("processor", "gone", "validator", "input"), "Event 'gone' not found in routine 'processor'"),
        (("processor", "output", "gone", "input"), "Target routine 'gone' not found in flow"),
        (("processor", "output", "validator", "gone"), "Slot 'gone' not found in routine 'validator'"),
        (("processor", "output", "validator", "input"), "is connected already"),
    ],
)
def test_it_refuses_a_connection_that_cannot_be(base_flow: Flow, ends: tuple[str, str, str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        base_flow.connect(*ends)
    assert len(base_flow.connections) == 1


def test_it_pipes_one_behind_the_other() -> None:
    flow = Flow().pipe(DataValidator, "a").pipe(DataValidator(), "b").pipe(DataValidator(), "c", from_routine="a")
    assert [str(one) for one in flow.connections] == ["a.output -> b.input", "a.output -> c.input"]
    assert [name for name, _ in flow.find_routines_by_type(DataValidator)] == ["a", "b", "c"]


def test_it_adds_nothing_when_a_pipe_does_not_fit() -> None:
    flow = Flow().pipe(DataValidator(), "a")
    with pytest.raises(WiringError, match="Event 'gone' not found"):
        flow.pipe(DataValidator(), "b", from_event="gone")
    with pytest.raises(WiringError, match="Source routine 'x' not found"):
        flow.pipe(DataValidator(), "b", from_routine="x")
    assert list(flow.routines) == ["a"]


@pytest.mark.parametrize(
    "wrong", [{"max_workers": 0}, {"max_workers": "2"}, {"timeout": -1}, {"execution_timeout": "soon"}]
)
def test_it_refuses_settings_out_of_bounds(wrong: dict[str, Any]) -> None:
    with pytest.raises(Unacceptable, match=r"settings\.(max_workers|timeout)"):
        Flow(**wrong)


def test_it_refuses_one_setting_under_two_names() -> None:
    with pytest.raises(WiringError, match="one setting"):
        Flow(timeout=1, execution_timeout=2)
    with pytest.raises(TypeError, match="unexpected keyword argument 'workers'"):
        Flow(workers=3)


def test_it_says_what_is_wrong_without_a_database(base_flow: Flow) -> None:
    assert base_flow.validate() == []
    base_flow.routines["validator"].set_activation_policy(all_slots_ready_policy())
    base_flow.add_routine(DataProcessor().set_config(timeout=0), "alone")
    assert [line.split(":")[:2] for line in base_flow.validate()] == [
        ["Error", " nodes.alone.config.timeout"],
        ["Error", " nodes.alone.logic"],
    ]


def test_it_warns_in_words() -> None:
    flow = Flow()
    flow.add_routine(DataValidator(), "a")
    flow.add_routine(DataValidator(), "b")
    assert flow.validate()[0].startswith("Warning: settings.entry: Nothing feeds a.input, b.input")


def test_it_hands_out_copies(base_flow: Flow) -> None:
    base_flow.set_error_handler(ErrorHandler("skip"))
    base_flow.settings["error_handler"]["strategy"] = "stop"
    base_flow.document()["nodes"].clear()
    assert base_flow.get_error_handler() == ErrorHandler("skip")
    assert list(base_flow.document()["nodes"]) == ["processor", "validator"]
