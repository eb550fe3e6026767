from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from jobs.services import Launch, trigger
from templates_app.models import FlowPrototype
from tests.commands.calls import jobs
from tests.engine import run_flow, start


def test_it_shows_the_newest_first(line: FlowPrototype, broken: FlowPrototype) -> None:
    run_flow(broken)
    run_flow(line)
    head, newest, older = jobs("list").out.splitlines()
    assert head.split() == ["ID", "STATUS", "FLOW", "CREATED", "TOOK", "ERROR"]
    assert "completed  line" in newest
    assert "a: ValueError: not yet: 1" in older


@pytest.mark.parametrize(
    ("words", "flows"),
    [
        (["status:failed"], ["broken"]),
        (["flow:line", "since:2h"], ["line"]),
        (["status:failed flow:line"], []),
        (["error:not yet"], ["broken"]),
        (["is:mine"], ["line", "broken"]),
        (["--", "-flow:line"], ["broken"]),
    ],
)
def test_it_takes_the_words_of_the_filter(
    line: FlowPrototype, broken: FlowPrototype, words: list[str], flows: list[str]
) -> None:
    run_flow(broken)
    run_flow(line)
    found: Any = jobs("list", "--json", *words).json
    assert [job["flow"] for job in found["results"]] == flows


def test_it_goes_on_where_it_ended(line: FlowPrototype) -> None:
    older, newer = start(line), start(line)
    first = jobs("list", "--limit", 1, "--json").json
    rest = jobs("list", "--limit", 1, "--json", "--cursor", first["next"]).json
    assert [page["results"][0]["id"] for page in (first, rest)] == [str(newer.pk), str(older.pk)]
    assert rest["next"] is None


@pytest.mark.parametrize("words", [["status:gone"], ["flow:nope"], ["--cursor", "x"]])
def test_it_refuses_what_it_cannot_read(line: FlowPrototype, words: list[str]) -> None:
    said = jobs("list", *words)
    assert (said.code, said.out) == (3, "")


def test_it_shows_strangers_their_own_only(line: FlowPrototype, charlie: User) -> None:
    start(line)
    own = trigger(flow=line, launch=Launch(input={}), actor=charlie).job
    found = jobs("list", "--json", "--as", "charlie").json
    assert [job["id"] for job in found["results"]] == [str(own.pk)]
