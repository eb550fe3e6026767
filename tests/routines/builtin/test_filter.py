from __future__ import annotations

from typing import Any

from tests.routines.helpers import run_builtin

LARGE = {"path": "total", "op": "ge", "value": 100}


def test_it_parts_records_by_a_rule() -> None:
    passed, rejected = run_builtin("filter", [{"total": 100}, {"data": {"total": 7}, "row": 2}], {"condition": LARGE})
    assert passed == ("passed", {"data": {"total": 100}})
    assert rejected == ("rejected", {"data": {"total": 7}, "row": 2, "reason": "total (7) ge 100 → false"})


def test_it_passes_everything_without_a_condition() -> None:
    assert run_builtin("filter", [1, None]) == [("passed", {"data": 1}), ("passed", {"data": None})]


def test_it_inverts() -> None:
    config: dict[str, Any] = {"condition": LARGE, "invert": True}
    [rejected, passed] = run_builtin("filter", [{"total": 100}, {"total": "many"}], config)
    assert rejected[1]["reason"] == "inverted: total (100) ge 100 → true"
    assert passed[0] == "passed"


def test_it_can_leave_the_reason_out() -> None:
    config = {"condition": LARGE, "include_reason": False}
    assert run_builtin("filter", [{}], config) == [("rejected", {"data": {}})]
