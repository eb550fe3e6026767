from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.history import alike
from jobs.history.fingerprints import fingerprint
from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.engine import make_flow
from tests.pages import rows
from tests.pages.reading import html, text

GROUPS = "/jobs/errors/"


def fail(flow: FlowPrototype, user: User, message: str, node: str = "second") -> Job:
    job = rows.trigger(flow, user)
    rows.fail(job, node, message)
    Job.objects.filter(pk=job.pk).update(fingerprint=fingerprint(node, f"{node}: ValueError: {message}"))
    return job


def test_it_groups_failures_that_differ_in_particulars(as_bob: Client, orders: FlowPrototype, bob: User) -> None:
    fail(orders, bob, "no customer 41")
    newest = fail(orders, bob, "no customer 42")
    fail(orders, bob, "no stock")
    page = as_bob.get(GROUPS)

    assert next((group.jobs, group.newest.pk) for group, _ in page.context["groups"]) == (2, newest.pk)
    assert "3 failed jobs in 2 groups" in text(page.content.decode())


def test_it_leads_to_the_jobs_of_a_group(as_bob: Client, orders: FlowPrototype, bob: User) -> None:
    jobs = [fail(orders, bob, f"no customer {n}") for n in range(2)]
    fail(orders, bob, "no stock")
    _, url = as_bob.get(GROUPS).context["groups"][0]

    assert [job.pk for job in as_bob.get(url).context["jobs"]] == [jobs[1].pk, jobs[0].pk]


def test_it_tells_since_when(as_bob: Client, orders: FlowPrototype, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    oldest, *_ = [fail(orders, bob, "no stock") for _ in range(3)]
    monkeypatch.setattr(alike, "MOST_JOBS", 2)
    page: Any = as_bob.get(GROUPS).context

    assert page["groups"][0][0].first_seen == alike.born(oldest.pk)
    assert (page["total"].jobs, page["total"].is_capped) == (2, True)


def test_it_groups_what_failed_before_there_were_fingerprints(as_bob: Client, job: Job) -> None:
    rows.fail(job)

    assert "1 failed job in 1 group" in text(html(as_bob, GROUPS, q="status:completed"))


def test_it_shows_only_failures_that_one_may_see(as_charlie: Client, orders: FlowPrototype, bob: User) -> None:
    fail(orders, bob, "no stock")

    assert "Nothing failed" in html(as_charlie, GROUPS)


def test_it_says_what_is_wrong_with_the_filter(as_bob: Client) -> None:
    assert "‘lost’ is no status" in html(as_bob, GROUPS, q="status:lost")


def test_it_asks_a_fixed_number_of_questions(
    as_bob: Client, orders: FlowPrototype, bob: User, django_assert_num_queries: Any
) -> None:
    for n in range(5):
        fail(orders, bob, "x" * n)

    with django_assert_num_queries(7):
        as_bob.get(GROUPS)


def test_it_counts_by_flow_and_fingerprint(orders: FlowPrototype, bob: User) -> None:
    other = make_flow("returns", {"second": "test_pass"}, entry="second.input")
    a, b, c = fail(orders, bob, "no stock"), fail(other, bob, "no stock"), fail(orders, bob, "no stock")
    groups = alike.alike(Job.objects.filter(status="failed")).items

    assert [(group.flow, group.jobs, group.newest) for group in groups] == [("orders", 2, c), ("returns", 1, b)]
    assert [group.first_seen for group in groups] == [alike.born(a.pk), alike.born(b.pk)]
