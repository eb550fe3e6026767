from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from jobs.models import Activation, Cluster, Job, Session, Wait
from jobs.pages.sparkline import HEIGHT, columns
from jobs.runtime.store.health import Bucket, DeadRows, buckets, dead_rows, oldest_snapshot_seconds
from jobs.runtime.store.link import django_link
from jobs.search.apply import id_at
from routilux_site.lib.ids import uuid7
from tests.pages import rows
from tests.pages.reading import html, text

DASHBOARD = "/jobs/dashboard/"


@pytest.fixture(autouse=True)
def forget_the_day(settings: Settings) -> None:
    """And keep the next one to this process: the tests beside it look at dashboards too."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


def test_it_counts_and_leads_to_each_list(as_bob: Client, job: Job) -> None:
    numbers: Any = {number.label: number for number in as_bob.get(DASHBOARD).context["numbers"]}

    assert numbers["Pending"].text == "1"
    assert [shown.pk for shown in as_bob.get(numbers["Pending"].url).context["jobs"]] == [job.pk]
    assert all(as_bob.get(number.url).status_code == 200 for number in numbers.values())


def test_it_counts_what_waits_for_a_decision(as_bob: Client, job: Job) -> None:
    Activation.objects.update(status="parked")
    Wait.objects.create(step_id=job.activations.get().pk, job=job, kind="decision")
    numbers = {number.label: number for number in as_bob.get(DASHBOARD).context["numbers"]}

    asked = numbers["Wait for a decision"]
    assert asked.text == "1"
    assert [shown.pk for shown in as_bob.get(asked.url).context["jobs"]] == [job.pk]


def test_it_leads_from_each_hour_to_its_jobs(as_bob: Client, job: Job) -> None:
    hours = as_bob.get(DASHBOARD).context["hours"]
    now, url = next((column, url) for column, url in hours if column.height)

    assert [shown.pk for shown in as_bob.get(url).context["jobs"]] == [job.pk]
    assert "1 job, 0 failed" in now.title
    assert [len(as_bob.get(url).context["jobs"]) for _, url in hours[:-2]] == [0] * 22


def test_it_leads_those_who_may_to_sessions(as_bob: Client, bob: User) -> None:
    session = Permission.objects.get(codename="view_session", content_type__app_label="jobs")

    assert "/admin/jobs/session/" in html(as_bob, DASHBOARD)
    bob.user_permissions.remove(session)
    assert "/admin/jobs/session/" not in html(as_bob, DASHBOARD)


def test_it_groups_what_failed(as_bob: Client, job: Job) -> None:
    rows.fail(job)
    page = text(html(as_bob, DASHBOARD))

    assert "Failed in 24 h 1" in page
    assert "second: ValueError: no such customer" in page


def test_it_shows_who_works(as_bob: Client, job: Job) -> None:
    session = Session.objects.create(id=uuid7(), host="north", pid=7, lanes=10)
    Cluster.objects.create(id="c", host="north", pid=6, workers=4)
    Activation.objects.update(status="running", session_id=session.pk)
    page = text(html(as_bob, DASHBOARD))

    assert "1 cluster , 1 session , 1 of 10 lanes busy." in page
    assert "north:7 1 of 10" in page


def test_it_says_so_when_nobody_works(as_bob: Client) -> None:
    assert "Nobody works: start manage.py runtime" in text(html(as_bob, DASHBOARD))


def test_it_shows_only_a_part_of_what_runs(as_bob: Client, job: Job) -> None:
    Job.objects.update(status="running")

    assert f"{str(job.pk)[:18]} orders" in text(html(as_bob, DASHBOARD))


def test_it_is_for_those_who_see_all_jobs(as_charlie: Client, client: Client) -> None:
    assert as_charlie.get(DASHBOARD).status_code == 403
    assert as_charlie.get("/")["Location"] == "/jobs/"
    assert client.get(DASHBOARD)["Location"].startswith("/login/")


def test_it_is_where_staff_begin(as_bob: Client) -> None:
    assert as_bob.get("/")["Location"] == DASHBOARD
    assert html(as_bob, DASHBOARD).count('aria-current="page"') == 1


def test_it_asks_a_fixed_number_of_questions(
    as_bob: Client, orders: Any, bob: User, job: Job, django_assert_num_queries: Any
) -> None:
    rows.fail(job)
    for _ in range(2):
        Job.objects.filter(pk=rows.trigger(orders, bob).pk).update(status="running")

    with django_assert_num_queries(15):
        as_bob.get(DASHBOARD)


def test_it_counts_jobs_by_the_time_in_their_ids(db: None, orders: Any, bob: User, job: Job) -> None:
    rows.end(job, "failed")
    now = datetime.fromtimestamp((job.pk.int >> 80) / 1000, UTC)
    edges = [id_at(now.replace(year=now.year - 1)), id_at(now), id_at(now.replace(year=now.year + 1))]

    assert buckets(django_link(), edges) == [Bucket(0, 0), Bucket(1, 1)]


def test_it_knows_how_the_database_does(transactional_db: None) -> None:
    connection.ensure_connection()

    assert (oldest_snapshot_seconds(django_link()) or 0) >= 0
    assert {row.table for row in dead_rows(django_link())} >= {"jobs_job", "jobs_activation"}
    assert DeadRows("jobs_item", 100, 20_000).is_much


def test_it_draws_bars_that_stay_in_the_picture() -> None:
    drawn = columns([Bucket(0, 0), Bucket(1, 0), Bucket(5000, 3)], datetime(2026, 1, 31, tzinfo=UTC))

    assert [column.height for column in drawn] == [0, 1.5, HEIGHT]
    assert drawn[2].failed_height == 1.5
    assert drawn[2].title == "02:00 UTC: 5000 jobs, 3 failed"
