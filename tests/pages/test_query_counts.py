"""How many questions a page asks the database, session, user and permissions included."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.pages import rows
from tests.pages.reading import fragment


def test_it_reads_the_list(as_bob: Client, orders: FlowPrototype, bob: User, django_assert_num_queries: Any) -> None:
    for _ in range(60):
        rows.trigger(orders, bob)

    with django_assert_num_queries(6):
        as_bob.get("/jobs/", {"q": "flow:orders since:1h"})


def test_it_reads_a_job(as_bob: Client, job: Job, django_assert_num_queries: Any) -> None:
    for number in range(30):
        rows.emitted(rows.step(job, "second"), {"n": number})

    with django_assert_num_queries(12):
        as_bob.get(job.get_absolute_url())


def test_it_reads_a_failed_job(as_bob: Client, job: Job, django_assert_num_queries: Any) -> None:
    rows.fail(job)

    with django_assert_num_queries(9):
        as_bob.get(job.get_absolute_url())


def test_it_reads_a_job_of_many_steps(as_bob: Client, job: Job, django_assert_num_queries: Any) -> None:
    for _ in range(110):
        rows.step(job, "second")

    with django_assert_num_queries(13):
        as_bob.get(job.get_absolute_url())


def test_it_answers_an_unchanged_job(as_bob: Client, job: Job, django_assert_num_queries: Any) -> None:
    etag = fragment(as_bob, job.get_absolute_url())["ETag"]

    with django_assert_num_queries(6):
        fragment(as_bob, job.get_absolute_url(), etag)


def test_it_reads_a_step(as_bob: Client, job: Job, django_assert_num_queries: Any) -> None:
    step = rows.fail(job)

    with django_assert_num_queries(9):
        as_bob.get(reverse("jobs:step", args=[job.pk, step.pk]))


def test_it_reads_the_form(as_bob: Client, orders: FlowPrototype, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(5):
        as_bob.get("/jobs/trigger/orders/")
