from __future__ import annotations

import time

import pytest

from templates_app import catalog
from templates_app.routines import RunContext, run_routine
from tests.routines.helpers import run_builtin


class Cancelled(RunContext):
    @property
    def cancelled(self) -> bool:
        return True


def test_it_sleeps_and_passes_on() -> None:
    started = time.monotonic()
    assert run_builtin("sleep", [{"a": 1}, 2], {"seconds": 0.02}) == [("output", {"a": 1}), ("output", {"data": 2})]
    assert time.monotonic() - started >= 0.02


def test_it_wakes_up_when_the_job_is_cancelled() -> None:
    started = time.monotonic()
    run_routine(catalog.build("sleep", '{"seconds": 60}'), {"input": [{}]}, Cancelled())
    assert time.monotonic() - started < 5


def test_it_fails_with_the_kind_and_message_asked_for() -> None:
    with pytest.raises(TimeoutError, match="too late"):
        run_builtin("fail", [{}], {"exception": "TimeoutError", "message": "too late"}, attempt=99)


def test_it_fails_so_many_times() -> None:
    for attempt in (1, 2):
        with pytest.raises(RuntimeError):
            run_builtin("fail", [{"a": 1}], {"times": 2}, attempt=attempt)
    assert run_builtin("fail", [{"a": 1}], {"times": 2}, attempt=3) == [("output", {"a": 1})]
