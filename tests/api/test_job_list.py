from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from jobs import services
from jobs.models import Job
from jobs.states import JobStatus
from templates_app.models import FlowPrototype
from tests.api.calls import get, pointers, refusal
from tests.engine import make_flow, start


def listed(client: Client, query: str = "") -> list[str]:
    return [job["id"] for job in get(client, f"jobs{query}").json()["results"]]


def test_it_lists_the_newest_first(as_bob: Client, job: Job, orders: FlowPrototype) -> None:
    newer = start(orders, n=2)

    assert listed(as_bob) == [str(newer.pk), str(job.pk)]


def test_it_filters_by_one_status_or_more(as_bob: Client, job: Job, orders: FlowPrototype) -> None:
    other = start(orders, n=2)
    Job.objects.filter(pk=other.pk).update(status=JobStatus.FAILED)

    assert listed(as_bob, "?status=failed") == [str(other.pk)]
    assert listed(as_bob, "?status=failed&status=pending") == [str(other.pk), str(job.pk)]


def test_it_filters_by_flow(as_bob: Client, job: Job) -> None:
    other = start(make_flow("bills", {"a": "test_pass"}, entry="a.input"))

    assert listed(as_bob, "?flow=bills") == [str(other.pk)]


def test_it_filters_by_time(as_bob: Client, job: Job) -> None:
    before, after = (quote((timezone.now() + timedelta(hours=h)).isoformat()) for h in (-1, 1))

    assert listed(as_bob, f"?created_after={before}") == [str(job.pk)]
    assert listed(as_bob, f"?created_after={after}") == []
    assert listed(as_bob, f"?created_before={after}") == [str(job.pk)]
    assert listed(as_bob, f"?created_before={before}") == []


def test_it_filters_by_the_job_that_called(as_bob: Client, job: Job, orders: FlowPrototype) -> None:
    child = start(orders, n=2)
    Job.objects.filter(pk=child.pk).update(parent=job)

    assert listed(as_bob, f"?called_by={job.pk}") == [str(child.pk)]


def test_it_filters_by_the_words_of_the_page(as_bob: Client, job: Job, orders: FlowPrototype) -> None:
    other = start(orders, n=42)

    assert listed(as_bob, "?q=flow:orders+input.n:42") == [str(other.pk)]
    assert listed(as_bob, "?q=input.n:1&flow=orders") == [str(job.pk)]
    assert pointers(get(as_bob, "jobs?q=flow:nope+status:bogus")) == ["/q", "/q"]


def test_it_pages_through_what_the_words_find(as_bob: Client, job: Job, orders: FlowPrototype) -> None:
    start(orders, n=42)
    newest = start(orders, n=42)

    first = get(as_bob, "jobs?q=input.n:42&limit=1").json()
    second = as_bob.get(first["next"]).json()

    assert [first["results"][0]["id"], second["next"]] == [str(newest.pk), None]
    assert len(second["results"]) == 1


def test_it_filters_by_who_triggered(as_bob: Client, alice: User, job: Job) -> None:
    own = services.trigger(flow=job.flow, launch=services.Launch(input={"n": 1}), actor=alice).job

    assert listed(as_bob, "?triggered_by=alice") == [str(own.pk)]
    assert listed(as_bob, "?triggered_by=bob") == [str(job.pk)]


def test_it_filters_by_what_was_run_again(as_bob: Client, job: Job) -> None:
    again = services.run_again(job=job, pinned=True)

    assert listed(as_bob, f"?rerun_of={job.pk}") == [str(again.pk)]


def test_it_filters_by_revision(as_bob: Client, job: Job) -> None:
    assert listed(as_bob, "?flow=orders&revision=1") == [str(job.pk)]
    assert listed(as_bob, "?flow=orders&revision=2") == []


@pytest.mark.parametrize(
    "moment", ["0001-01-01", "1970-01-01T00:00:00Z", "1969-12-31T00:00:00Z", "9999-12-31T23:59:59Z"]
)
def test_it_takes_any_moment(as_bob: Client, job: Job, moment: str) -> None:
    assert get(as_bob, f"jobs?created_after={moment}").status_code in (200, 400)
    assert get(as_bob, f"jobs?created_before={moment}").status_code in (200, 400)


def test_it_ends_the_scan_by_the_id(as_bob: Client, job: Job) -> None:
    with CaptureQueriesContext(connection) as queries:
        get(as_bob, f"jobs?created_after={quote(timezone.now().isoformat())}")

    assert '"jobs_job"."id" >=' in queries[-1]["sql"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("status=faild", "/status/0"),
        ("flow=nope", "/flow"),
        ("flow=a%00b", "/flow"),
        ("created_after=yesterday", "/created_after"),
        ("created_after=9999-12-31T23:59:59-14:00", "/created_after"),
        ("created_before=9999-12-31T23:59:59-14:00", "/created_before"),
        ("triggered_by=nobody", "/triggered_by"),
        ("rerun_of=1", "/rerun_of"),
        ("revision=1", "/revision"),
        ("flow=orders&revision=0", "/revision"),
        ("cursor=x", "/cursor"),
        ("cursor=after.x", "/cursor"),
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("limit=1e2", "/limit"),
        ("limit=" + "9" * 5000, "/limit"),
        ("stauts=failed", "/stauts"),
        ("flow__name=orders", "/flow__name"),
    ],
)
def test_it_refuses_a_bad_query(as_bob: Client, job: Job, query: str, pointer: str) -> None:
    response = get(as_bob, f"jobs?{query}")

    assert response.status_code == 400
    assert pointers(response) == [pointer]


def test_it_names_the_statuses_that_exist(as_bob: Client, job: Job) -> None:
    detail = get(as_bob, "jobs?status=faild").json()["detail"]

    assert "faild is no status. Accepted: queued, pending, running, paused, completed, failed, cancelled." in detail


def test_it_pages_without_a_count(as_bob: Client, job: Job, orders: FlowPrototype) -> None:
    newest = start(orders, n=2)

    first = get(as_bob, "jobs?limit=1&status=pending").json()
    second = as_bob.get(first["next"]).json()

    assert [page["results"][0]["id"] for page in (first, second)] == [str(newest.pk), str(job.pk)]
    assert (first["previous"], second["next"], "count" in first) == (None, None, False)


def test_it_shows_those_who_may_only_trigger_their_own(as_alice: Client, alice: User, job: Job) -> None:
    own = services.trigger(flow=job.flow, launch=services.Launch(input={"n": 1}), actor=alice).job

    assert listed(as_alice) == [str(own.pk)]


def test_it_refuses_a_stranger(as_charlie: Client, job: Job) -> None:
    assert refusal(get(as_charlie, "jobs")) == (403, "permission-denied")


def test_it_lists_in_constant_queries(
    as_bob: Client, job: Job, orders: FlowPrototype, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        start(orders, n=number)

    with django_assert_num_queries(6):  # session, user, permissions of the user and of groups; flow, jobs
        get(as_bob, "jobs?flow=orders&status=pending")
