"""Nothing that a routine does in a dry run can hang, kill or change the web process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jobs.dryrun.bounded import Helper
from tests.dryrun.specs import flow, sample


@pytest.fixture(scope="module")
def helper() -> Iterator[Helper]:
    """Its process knows the test routines too."""
    helper = Helper()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROUTILUX_APPS", "tests.flows")
        helper.warm()
    yield helper
    helper.stop()


def run(helper: Helper, routine: str, **more: Any) -> dict[str, Any]:
    return helper.run(flow({"a": routine}), sample("a.input", {"n": 1}, **more))


def test_it_answers_as_in_this_process(helper: Helper) -> None:
    assert run(helper, "test_pass")["result"] == {"a.output": [{"n": 1, "trail": ["a"]}]}


@pytest.mark.parametrize("routine", ["test_loop", "test_stone"])
def test_it_ends_a_routine_that_does_not_end(helper: Helper, routine: str) -> None:
    answer = run(helper, routine, seconds=0.3)

    assert answer["outcome"] == "stopped"
    assert "‘a’" in answer["reason"]


def test_it_keeps_the_timeout_of_a_node(helper: Helper) -> None:
    spec = flow({"a": {"class_key": "test_loop", "timeout": 0.1}})

    answer = helper.run(spec, sample("a.input", {"n": 1}))

    assert (answer["outcome"], answer["steps"][0]["error"]["type"]) == ("failed", "StepTimeout")


def test_it_survives_a_routine_that_kills_its_process(helper: Helper) -> None:
    assert "broke down while ‘a’ was running" in run(helper, "test_exit")["reason"]
    assert run(helper, "test_pass")["outcome"] == "completed"


def test_it_gives_no_database_to_routines(helper: Helper) -> None:
    answer = run(helper, "test_record")

    assert (answer["outcome"], answer["steps"][0]["error"]["type"]) == ("failed", "ImproperlyConfigured")


def test_it_starts_anew_when_its_process_is_gone(helper: Helper) -> None:
    helper.stop()

    assert run(helper, "mapper")["outcome"] == "completed"
