"""Whatever a page tells its reader to run works."""

from __future__ import annotations

import json

import pytest

from jobs.history import selectors
from jobs.models import Job
from tests.docs.examples import run_page
from tests.docs.markdown import NAMES, blocks
from tests.docs.shell import Shell, wait_for
from tests.docs.test_tutorial import STORY

#: JavaScript is for readers who have it; here is nothing that could run it.
LANGUAGES = {"sh", "python", "pycon", "json", "js", ""}
#: The story is run as a whole; the README quotes a part of it.
ELSEWHERE = {"README.md", *(f"docs/tutorial/{page}.md" for page in STORY)}
WITH_BLOCKS = [page for page in NAMES if page not in ELSEWHERE and any(b.language for b in blocks(page))]
JSON_BLOCKS = [(page, block.text) for page in NAMES for block in blocks(page) if block.language == "json"]


@pytest.mark.parametrize("page", WITH_BLOCKS)
def test_it_runs(page: str, shell: Shell) -> None:
    run_page(page, shell)
    for job in Job.objects.values_list("pk", flat=True):
        wait_for(str(job))
    assert set(Job.objects.values_list("status", flat=True)) <= {"completed"}


@pytest.mark.parametrize(("page", "text"), JSON_BLOCKS)
def test_it_shows_json_that_is_json(page: str, text: str) -> None:
    assert json.loads(text)


@pytest.mark.parametrize("page", NAMES)
def test_it_uses_only_languages_that_are_tried(page: str) -> None:
    assert {block.language for block in blocks(page)} <= LANGUAGES


def test_it_shows_the_result_that_the_text_sample_has(shell: Shell) -> None:
    run_page("docs/tutorial/sample-text.md", shell)
    [shown] = [json.loads(b.text) for b in blocks("docs/tutorial/sample-text.md") if b.language == "json"]
    assert selectors.result(Job.objects.get()).events == shown
