from __future__ import annotations

from typing import Any

import pytest

from routilux_site.lib import strict_json
from templates_app import catalog
from templates_app.routines import all_slots_ready_policy, config_errors
from templates_app.routines.builtin.joiner import Joiner
from tests.routines.helpers import emitted, run

LEFT, RIGHT = {"data": {"a": 1, "b": 1}, "row": 1}, {"b": 2}


def joined(config: dict[str, Any], **inputs: list[Any]) -> list[Any]:
    return emitted(run(catalog.build("joiner", strict_json.dumps(config)), inputs))


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("dict", {"left": {"a": 1, "b": 1}, "right": {"b": 2}}),
        ("flat", {"a": 1, "b": 2}),
        ("list", [{"a": 1, "b": 1}, {"b": 2}]),
    ],
)
def test_it_joins_in_the_way_that_was_asked_for(strategy: str, expected: Any) -> None:
    emissions = joined({"merge_strategy": strategy}, left=[LEFT], right=[RIGHT])
    assert emissions == [("joined", {"data": expected, "sources": ["left", "right"], "row": 1})]


def test_it_has_the_slots_of_its_config() -> None:
    [(_, payload)] = joined({"slots": ["x", "y", "z"]}, x=[1], y=[2], z=[3])
    assert payload["data"] == {"x": 1, "y": 2, "z": 3}
    assert [slot.name for slot in Joiner.ports({"slots": ["x", "y", "z"]}).slots] == ["x", "y", "z"]


def test_it_joins_what_there_is_under_another_policy() -> None:
    emissions = joined({}, left=[1, 2], right=[3])
    assert [payload["sources"] for _, payload in emissions] == [["left", "right"], ["left"]]


def test_it_waits_for_all_by_default() -> None:
    assert Joiner.default_policy({}) == all_slots_ready_policy()


@pytest.mark.parametrize("slots", [["a"], ["a", "a"], ["a", "b c"], [str(n) for n in range(17)]])
def test_it_refuses_slots_that_cannot_be_joined(slots: list[str]) -> None:
    assert all(detail.path.startswith("slots") for detail in config_errors(Joiner, {"slots": slots}))
    assert config_errors(Joiner, {"slots": slots})
