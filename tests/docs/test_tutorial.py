"""The tutorial, as its reader goes through it: every program, session and command."""

from __future__ import annotations

import json

import pytest

from jobs.history import selectors
from jobs.models import Job
from tests.docs.examples import run_page
from tests.docs.markdown import blocks
from tests.docs.shell import BASE, Shell

STORY = ["2-write-a-routine", "3-wire-a-flow", "4-make-a-variant", "5-trigger-it", "6-read-its-history"]


@pytest.mark.usefixtures("shop")
def test_it_works_from_the_first_page_to_the_last(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTILUX_TOKEN", shell.variables["ROUTILUX_TOKEN"])
    for page in STORY:
        run_page(f"docs/tutorial/{page}.md", shell, change=lambda text: text.replace(BASE, shell.url))
    assert set(Job.objects.values_list("flow__name", flat=True)) == {"checkout", "checkout-sale"}
    [shown] = [json.loads(block.text) for block in blocks("docs/tutorial/5-trigger-it.md") if block.language == "json"]
    assert selectors.result(Job.objects.earliest("id")).events == shown
