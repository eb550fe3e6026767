from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from templates_app.models import FlowPrototype
from tests.commands.calls import jobs
from tests.engine import run_flow, start


def test_it_cancels_with_a_reason(line: FlowPrototype, bob: User) -> None:
    job = start(line)
    assert jobs("cancel", job.pk, "--reason", "wrong day", "--as", "bob").code == 0
    event = job.events.get(kind="cancelled")
    assert (event.actor, event.reason) == (bob, "wrong day")


def test_it_retries_what_failed(broken: FlowPrototype) -> None:
    job = run_flow(broken)
    said = jobs("retry", job.pk, "--json")
    assert said.json == {"done": [str(job.pk)], "refused": []}
    assert job.events.filter(kind="retried", actor=None).exists()


def test_it_does_what_it_can_and_tells_the_rest(line: FlowPrototype) -> None:
    over, fresh = run_flow(line), start(line)
    said = jobs("cancel", over.pk, fresh.pk)
    assert said.code == 3
    assert f"{fresh.pk}: done" in said.out
    assert "is completed" in said.err


def test_it_does_nothing_when_one_id_is_none(line: FlowPrototype) -> None:
    job = start(line)
    assert jobs("cancel", job.pk, "ffff").code == 3
    assert not job.events.filter(kind="cancelled").exists()


def test_it_retries_what_a_filter_finds(broken: FlowPrototype, line: FlowPrototype) -> None:
    job, other = run_flow(broken), start(line)

    seen = jobs("retry", "--where", f"status:failed flow:{broken.name}", "--preview", "--json")
    assert (seen.json, job.events.filter(kind="retried").exists()) == ({"matched": [str(job.pk)]}, False)
    assert jobs("retry", "--where", "is:ended", "--json").json["done"] == [str(job.pk)]
    assert not other.events.filter(kind="retried").exists()


@pytest.mark.parametrize("words", [[], ["0", "--where", "status:failed"], ["--where", " "], ["--where", "flow:no"]])
def test_it_asks_which_jobs(db: None, words: list[str]) -> None:
    said = jobs("retry", *words)

    assert (said.code, bool(said.err)) == (3, True)


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_it_refuses_a_user_who_may_not(line: FlowPrototype, charlie: User, verb: str) -> None:
    said = jobs(verb, start(line).pk, "--as", "charlie")
    assert said.code == 3
    assert "lacks the permission" in said.err
