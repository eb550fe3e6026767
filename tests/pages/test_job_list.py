from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.pages import rows
from tests.pages.reading import html, text

LIST = "/jobs/"


def test_it_teaches_what_a_job_is_while_there_is_none(as_bob: Client, orders: FlowPrototype) -> None:
    page = html(as_bob, LIST)

    assert "No jobs yet" in page
    assert reverse("jobs:trigger", args=["orders"]) in page


def test_it_says_the_state_of_a_job_by_icon_and_word(as_bob: Client, job: Job) -> None:
    page = html(as_bob, LIST)

    assert 'href="#i-pending"' in page
    assert "Pending" in text(page)
    assert 'id="i-pending"' in page


def test_it_tells_what_went_wrong(as_bob: Client, job: Job) -> None:
    rows.fail(job)

    assert "second: ValueError: no such customer" in text(html(as_bob, LIST))


def test_it_leads_to_each_job(as_bob: Client, job: Job) -> None:
    assert f'href="{job.get_absolute_url()}"' in html(as_bob, LIST)


def test_it_leads_to_the_other_jobs_of_a_flow(as_bob: Client, job: Job) -> None:
    assert '<a href="/jobs/?q=flow%3Aorders">orders</a>' in html(as_bob, LIST)


def test_it_leads_those_who_may_see_them_to_schedules(as_bob: Client, as_charlie: Client) -> None:
    assert reverse("admin:jobs_schedule_changelist") in html(as_bob, LIST)
    assert reverse("admin:jobs_schedule_changelist") not in html(as_charlie, LIST)


def test_it_reads_page_after_page_and_back(as_bob: Client, orders: FlowPrototype, bob: User) -> None:
    jobs = [rows.trigger(orders, bob) for _ in range(51)]

    first = as_bob.get(LIST)
    second = as_bob.get(LIST + first.context["next"])
    back = as_bob.get(LIST + second.context["previous"])
    assert [job.pk for job in second.context["jobs"]] == [jobs[0].pk]
    assert [job.pk for job in back.context["jobs"]] == [job.pk for job in first.context["jobs"]]


def test_it_stays_small(as_bob: Client, orders: FlowPrototype, bob: User) -> None:
    for _ in range(51):
        rows.fail(rows.trigger(orders, bob), text="x" * 300)

    assert len(html(as_bob, LIST)) < 60 * 1024


def test_it_says_so_when_a_page_link_is_broken(as_bob: Client, job: Job) -> None:
    assert "is not a cursor" in html(as_bob, LIST, cursor="after.nonsense")


def test_it_goes_on_looking_for_new_jobs_on_the_first_page_only(as_bob: Client, job: Job) -> None:
    rows.end(job, "completed")
    newest = f"before.{job.pk}"

    assert "data-live=" in html(as_bob, LIST)
    assert "data-live=" not in html(as_bob, LIST, cursor=newest)


def test_it_offers_new_jobs_only_to_those_who_may_start_them(as_bob: Client, as_charlie: Client) -> None:
    assert "New job" in html(as_bob, LIST)
    assert "New job" not in html(as_charlie, LIST)
