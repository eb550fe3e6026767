from __future__ import annotations

from uuid import UUID

import pytest

from jobs.management.rendering import clean
from jobs.models import PrunedJob
from templates_app.models import FlowPrototype
from tests.commands.calls import jobs
from tests.engine import run_flow, start


def test_it_shows_steps_and_result(line: FlowPrototype) -> None:
    said = jobs("show", run_flow(line, n=7).pk)
    assert said.code == 0
    assert "steps: 2 of 2 done" in said.out
    assert 'b.output: {"n": 7, "trail": ["a", "b"]}' in said.out


def test_it_shows_an_error_with_its_traceback(broken: FlowPrototype) -> None:
    said = jobs("show", run_flow(broken).pk)
    assert "error: a: ValueError: not yet: 1" in said.out
    assert "Traceback" in said.out


def test_it_answers_in_the_json_of_rest(line: FlowPrototype) -> None:
    job = start(line)
    told = jobs("show", job.pk, "--json").json
    assert (told["id"], told["status"], told["progress"]["total"]) == (str(job.pk), "pending", 1)
    assert told["waiting"][0]["node"] == "a"
    assert "links" not in told


@pytest.mark.parametrize("text", ["\x1b[2J", "a\rb", "\u202eevil", "\x9b31m"])
def test_it_lets_nothing_but_text_reach_the_terminal(text: str) -> None:
    assert clean(text).isprintable()


def test_it_takes_the_beginning_of_an_id(line: FlowPrototype) -> None:
    job = start(line)
    assert jobs("show", str(job.pk)[:18]).out.startswith(str(job.pk))


def test_it_tells_which_jobs_begin_so(line: FlowPrototype) -> None:
    one, other = start(line), start(line)
    said = jobs("show", "0")
    assert said.code == 3
    assert str(one.pk) in said.err
    assert str(other.pk) in said.err


def test_it_refuses_what_is_no_id(line: FlowPrototype) -> None:
    assert "no beginning of an id" in jobs("show", "line").err
    assert "There is no job" in jobs("show", "ffff").err


def test_it_tells_what_was_kept_of_a_pruned_job(line: FlowPrototype) -> None:
    job = start(line)
    moments = {"created_at": job.created_at, "finished_at": job.created_at}
    PrunedJob.objects.create(id=UUID(int=1), flow=line, status="failed", revision_hash="h", **moments)
    said = jobs("show", UUID(int=1))
    assert said.code == 3
    assert "of the flow line failed at" in said.err
