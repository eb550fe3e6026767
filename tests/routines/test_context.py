from __future__ import annotations

from typing import Any

import pytest

from templates_app.routines import Event, Routine, RoutineError, RunContext, Slot
from templates_app.routines.errors import InactiveError
from tests.routines.helpers import emitted, run


class Busy(Routine):
    items = Slot()
    out = Event()

    def logic(self, items: list[Any], *, run: RunContext) -> None:
        run.log("looked")
        run.log({"n": 1}, level="warning")
        run.progress(1, 2, "half")
        run.state["seen"] = run.state.get("seen", 0) + len(items)
        run.emit("out", seen=run.state["seen"], factor=run.config.factor)


def test_it_keeps_log_progress_and_state() -> None:
    done = run(Busy().set_config(factor=2), {"items": [1, 2]}, state={"seen": 5})
    assert [(line.level, line.message) for line in done.logs] == [("info", "looked"), ("warning", "{'n': 1}")]
    assert (done.progressed, done.state) == ((1, 2, "half"), {"seen": 7})
    assert emitted(done) == [("out", {"seen": 7, "factor": 2})]


def test_it_refuses_an_unknown_level() -> None:
    with pytest.raises(RoutineError, match='"warn" is unknown: debug, info, warning, error'):
        RunContext().log("x", level="warn")


def test_it_bounds_the_log() -> None:
    context = RunContext()
    for _ in range(context.max_log_lines + 2):
        context.log("x" * 20_000)
    assert (len(context.logs), context.log_lines_dropped) == (context.max_log_lines, 2)
    assert len(context.logs[0].message) == 10_000


def test_it_says_that_there_are_no_services() -> None:
    with pytest.raises(InactiveError, match="no services"):
        _ = RunContext().services


def test_it_is_not_cancelled_by_itself() -> None:
    assert not RunContext().cancelled
