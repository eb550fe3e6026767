from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from jobs.history import selectors
from jobs.models import Activation
from samples.load import HERE, load
from templates_app.models import FlowPrototype
from tests.engine import run_flow

pytestmark = pytest.mark.usefixtures("engine")

TEXT = (HERE / "text" / "mill.txt").read_text(encoding="utf-8")


def summary(**payload: str) -> dict[str, Any]:
    list(load())
    job = run_flow(FlowPrototype.objects.get(name="text"), **payload)
    assert job.status == "completed", job.error_summary
    [found] = selectors.result(job).events["summary.summary"]
    return dict(found)


def test_it_counts_what_plain_python_counts() -> None:
    found = summary(upload="mill.txt")
    words = Counter(re.findall(r"[a-z]+", TEXT.lower()))
    assert (found["words"], found["distinct"]) == (words.total(), len(words))
    assert found["paragraphs"] == len(TEXT.split("\n\n"))
    assert found["sentences"] == TEXT.count(".") + TEXT.count("?") + TEXT.count("!")


def test_it_shows_the_most_frequent_longer_words() -> None:
    words = Counter(word for word in re.findall(r"[a-z]+", TEXT.lower()) if len(word) >= 4)
    ranked = sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))[:5]
    assert [(one["word"], one["count"]) for one in summary(upload="mill.txt")["top"]] == ranked


def test_it_counts_each_paragraph_on_its_own() -> None:
    summary(text="One two.\n\nThree. Four!\n\n\nFive?")
    assert Activation.objects.filter(node="words").count() == 3
    assert Activation.objects.filter(node="summary").count() == 1


def test_it_has_no_result_for_a_blank_text() -> None:
    list(load())
    job = run_flow(FlowPrototype.objects.get(name="text"), text=" \n\n ")
    assert (job.status, selectors.result(job).events) == ("completed", {})
