from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.pages import rows
from tests.pages.reading import html, text

COMPARE = "/jobs/compare/"


@pytest.fixture
def other(orders: FlowPrototype, bob: User, job: Job) -> Job:
    other = rows.trigger(orders, bob, {"n": 2})
    rows.fail(other)
    return other


def test_it_tells_where_two_jobs_part(as_bob: Client, job: Job, other: Job) -> None:
    rows.step(job, "second")
    page = text(html(as_bob, COMPARE, a=str(job.pk), b=str(other.pk)))

    assert "They part at ‘first’: 1 ready in A, 1 cancelled in B." in page
    assert "Both ran the same revision." in page


def test_it_shows_what_differs_in_the_input(as_bob: Client, job: Job, other: Job) -> None:
    assert "n changed Before 1 After 2" in text(html(as_bob, COMPARE, a=str(job.pk), b=str(other.pk)))


def test_it_shows_what_differs_in_the_result(as_bob: Client, job: Job, other: Job) -> None:
    for one, sent in ((job, ["x", "y", "z"]), (other, ["z", "x", "y", 7])):
        step = rows.step(one, "second")
        for payload in sent[:3]:
            rows.emitted(step, payload)
        rows.emitted(step, {"total": len(sent)}, event="sum")
    page = text(html(as_bob, COMPARE, a=str(job.pk), b=str(other.pk)))

    assert "second.sum.0.total changed Before 3 After 4" in page
    assert "second.output" not in page


def test_it_says_so_when_both_went_alike(as_bob: Client, job: Job) -> None:
    page = text(html(as_bob, COMPARE, a=str(job.pk), b=str(job.pk)))

    assert "Each node went alike in both." in page
    assert "Both are the same." in page


def test_it_asks_for_two_ids(as_bob: Client, job: Job) -> None:
    assert "Put in the ids of two jobs." in html(as_bob, COMPARE, a=str(job.pk))


@pytest.mark.parametrize("text_of_b", ["nonsense", "01a20773-5301-7145-b411-10793f94d9f5"])
def test_it_answers_404_for_what_is_no_job(as_bob: Client, job: Job, text_of_b: str) -> None:
    response = as_bob.get(COMPARE, {"a": str(job.pk), "b": text_of_b})

    assert response.status_code == 404
    assert f"‘{text_of_b}’ is no job that you may see" in response.content.decode()


def test_it_shows_nobody_the_jobs_of_others(as_charlie: Client, job: Job, other: Job) -> None:
    assert as_charlie.get(COMPARE, {"a": str(job.pk), "b": str(other.pk)}).status_code == 404


def test_it_asks_a_fixed_number_of_questions(
    as_bob: Client, job: Job, other: Job, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(13):
        as_bob.get(COMPARE, {"a": str(job.pk), "b": str(other.pk)})
