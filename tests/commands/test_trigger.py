from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from jobs.history import selectors
from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.commands.calls import jobs


def made(out: str) -> Job:
    return Job.objects.get(pk=out.strip())


def test_it_prints_the_id_and_nothing_else(line: FlowPrototype) -> None:
    said = jobs("trigger", "line", "--input", '{"n": 1}', "--priority", "3")
    job = made(said.out)
    assert (said.code, job.flow, job.priority, job.actor) == (0, line, 3, None)
    assert selectors.input_rows(job).get().payload == {"n": 1}


def test_it_takes_its_input_from_a_file(line: FlowPrototype, tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text('{"n": 2}')
    job = made(jobs("trigger", "line", "--input", f"@{file}").out)
    assert selectors.input_rows(job).get().payload == {"n": 2}


def test_it_takes_its_input_from_standard_input(line: FlowPrototype, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO('{"n": 3}'))
    job = made(jobs("trigger", "line", "--input", "-", "--entry", "b.input").out)
    assert (selectors.input_rows(job).get().payload, job.entry) == ({"n": 3}, "b.input")


def test_it_makes_one_job_of_one_key(line: FlowPrototype) -> None:
    first = jobs("trigger", "line", "--idempotency-key", "k", "--json")
    again = jobs("trigger", "line", "--idempotency-key", "k", "--json")
    assert (first.json["replayed"], again.json["replayed"]) == (False, True)
    assert first.json["id"] == again.json["id"]


def test_it_lays_overrides_over_the_flow(line: FlowPrototype, tmp_path: Path) -> None:
    file = tmp_path / "overrides.json"
    file.write_text('{"settings": {"max_workers": 1}}')
    job = made(jobs("trigger", "line", "--overrides", f"@{file}").out)
    assert job.revision.spec.max_workers == 1


@pytest.mark.parametrize("seconds", [100, 1000])
def test_it_begins_later(line: FlowPrototype, seconds: int) -> None:
    moment = timezone.now() + timedelta(seconds=seconds)
    at, after = (
        made(jobs("trigger", "line", *words).out).start_at
        for words in (["--start-at", moment.isoformat()], ["--delay", str(seconds)])
    )
    assert at == moment
    assert after is not None and after >= moment


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["lime"], "Accepted: line"),
        (["line", "--input", "{"], "Line 1"),
        (["line", "--input", "[]"], "this is a list"),
        (["line", "--input", "@nowhere.json"], "cannot be read"),
        (["line", "--entry", "z"], "There is no slot"),
        (["line", "--priority", "900"], "out of bounds"),
        (["line", "--idempotency-key", "a b"], "--idempotency-key"),
        (["line", "--overrides", "[1]"], "--overrides is a JSON object"),
        (["line", "--overrides", '{"settings": {"max_workers": 0}}'], "max_workers"),
        (["line", "--start-at", "tomorrow"], "is no time"),
        (["line", "--start-at", "2026-11-24T06:00:00"], "needs a time zone"),
        (["line", "--delay", "-1"], "out of bounds"),
        (["line", "--delay", "1", "--start-at", "2999-01-01T00:00:00Z"], "say one of them"),
    ],
)
def test_it_refuses_in_a_sentence(line: FlowPrototype, words: list[str], told: str) -> None:
    said = jobs("trigger", *words)
    assert (said.code, said.out) == (3, "")
    assert told in said.err
    assert not Job.objects.exists()


def test_it_acts_as_a_user_who_may(line: FlowPrototype, bob: User) -> None:
    assert made(jobs("trigger", "line", "--as", "bob").out).actor == bob


@pytest.mark.parametrize("name", ["charlie", "nobody"])
def test_it_refuses_a_user_who_may_not(line: FlowPrototype, charlie: User, name: str) -> None:
    said = jobs("trigger", "line", "--as", name)
    assert said.code == 3
    assert name in said.err
    assert not Job.objects.exists()
