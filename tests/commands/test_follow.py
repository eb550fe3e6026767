from __future__ import annotations

import json
from io import StringIO

import pytest
from django.contrib.auth.models import User

from jobs.management import following
from jobs.management.following import Screen
from jobs.services import cancel
from templates_app.models import FlowPrototype
from tests.commands.calls import jobs
from tests.engine import run_flow, run_jobs, start


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two looks all steps are done."""
    monkeypatch.setattr(following, "sleep", lambda seconds: run_jobs())


def test_it_stays_until_the_job_has_completed(line: FlowPrototype, working: None) -> None:
    job = start(line, n=1)
    said = jobs("follow", job.pk)
    assert said.code == 0
    assert "No cluster of the Runtime is alive" in said.out
    assert "2 of 2 done" in said.out


def test_it_tells_a_failure_by_its_exit_code(broken: FlowPrototype, working: None) -> None:
    said = jobs("trigger", "broken", "--follow")
    assert said.code == 1
    assert "a: attempt 1" in said.out
    assert "not yet: 1" in said.out


def test_it_tells_a_cancelled_job_by_its_exit_code(line: FlowPrototype) -> None:
    assert jobs("follow", cancel(job=start(line)).pk).code == 2


def test_it_gives_up_when_its_time_is_over(line: FlowPrototype) -> None:
    said = jobs("follow", start(line).pk, "--timeout", "0")
    assert said.code == 4
    assert "is pending still" in said.err


def test_it_writes_a_line_of_json_for_each_change(line: FlowPrototype, working: None) -> None:
    said = jobs("follow", start(line).pk, "--json")
    first, *_, last = map(json.loads, said.out.splitlines())
    assert (first["status"], last["status"]) == ("pending", "completed")
    assert first["waiting"][0]["kind"] == "no_runtime"
    assert last["nodes"]["b"]["done"] == 1


def test_it_leaves_the_job_alone_when_interrupted(line: FlowPrototype, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(following, "sleep", interrupt)
    said = jobs("follow", start(line).pk)
    assert said.code == 130
    assert "The job goes on" in said.err


def test_it_shows_nobody_a_job_that_is_not_theirs(line: FlowPrototype, charlie: User) -> None:
    said = jobs("follow", run_flow(line).pk, "--as", "charlie")
    assert said.code == 3
    assert "There is no job" in said.err


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_it_draws_over_what_it_drew_before() -> None:
    out = Terminal()
    screen = Screen(out)
    screen.show(["head", "one"])
    screen.show(["head", "two"])
    assert out.getvalue() == "head\none\x1b[2F\x1b[Jhead\ntwo"
