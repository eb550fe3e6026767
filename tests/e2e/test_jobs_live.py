"""The pages of jobs with their script: they follow a job, and leave what a reader does alone."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, Response, expect

from jobs.models import Job
from tests.engine import make_flow
from tests.pages import rows
from tests.pages.rows import HOSTILE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def job(bob: User) -> Job:
    nodes = {"first": "test_pass", "second": "test_pass"}
    return rows.trigger(make_flow("orders", nodes, ["first.output second.input"], entry="first.input"), bob)


@pytest.fixture
def polls(page_of_bob: Page) -> list[int]:
    """The status of each answer that the script got."""
    found: list[int] = []

    def listen(response: Response) -> None:
        if "fragment=1" in response.url:
            found.append(response.status)

    page_of_bob.on("response", listen)
    return found


def run(job: Job) -> None:
    job.activations.update(status="running", attempt=1, started_at=timezone.now())
    Job.objects.filter(pk=job.pk).update(status="running", started_at=timezone.now())


def test_it_follows_a_job_to_its_end_and_then_stops(page_of_bob: Page, job: Job, polls: list[int]) -> None:
    page_of_bob.goto(job.get_absolute_url())
    run(job)
    expect(page_of_bob.locator("h1")).to_contain_text("Running")
    rows.end(job, "completed")
    expect(page_of_bob.get_by_role("status")).to_have_text("The job is completed.")
    seen = len(polls)
    page_of_bob.wait_for_timeout(2500)
    assert len(polls) == seen


def test_it_is_told_when_nothing_changed(page_of_bob: Page, job: Job, polls: list[int]) -> None:
    page_of_bob.goto(job.get_absolute_url())
    page_of_bob.wait_for_timeout(4000)
    assert polls[:2] == [200, 304]
    expect(page_of_bob.get_by_role("status")).to_have_text("")


def test_it_leaves_open_what_a_reader_opened(page_of_bob: Page, job: Job) -> None:
    page_of_bob.goto(job.get_absolute_url())
    page_of_bob.get_by_text("Cancel job…").click()
    page_of_bob.get_by_label("Reason").fill("half a sen")
    run(job)
    expect(page_of_bob.locator("h1")).to_contain_text("Running")
    expect(page_of_bob.get_by_label("Reason")).to_have_value("half a sen")
    expect(page_of_bob.get_by_label("Reason")).to_be_focused()


def test_it_pauses_when_asked_to(page_of_bob: Page, job: Job) -> None:
    page_of_bob.goto(job.get_absolute_url())
    page_of_bob.get_by_role("button", name="Pause updates").click()
    run(job)
    page_of_bob.wait_for_timeout(2500)
    expect(page_of_bob.locator("h1")).to_contain_text("Pending")
    page_of_bob.get_by_role("button", name="Resume updates").click()
    expect(page_of_bob.locator("h1")).to_contain_text("Running")


def test_it_shows_new_jobs_in_the_list(page_of_bob: Page, job: Job, bob: User) -> None:
    page_of_bob.goto("/jobs/")
    fresh = rows.trigger(job.flow, bob)
    expect(page_of_bob.locator("tbody tr")).to_have_count(2)
    expect(page_of_bob.locator("tbody tr").first).to_contain_text(str(fresh.pk)[:18])


def test_it_starts_and_cancels_a_job_without_a_script(page_of_bob: Page, job: Job) -> None:
    page_of_bob.route("**/*.js", lambda route: route.abort())
    page_of_bob.goto("/jobs/trigger/orders/")
    page_of_bob.get_by_role("button", name="Start the job").click()
    page_of_bob.get_by_text("Cancel job…").click()
    page_of_bob.get_by_role("button", name="Cancel this job").click()
    expect(page_of_bob.locator("h1")).to_contain_text("Cancelled")


@pytest.mark.parametrize("width", [1280, 320])
def test_it_shows_hostile_text_as_text_within_the_page(page_of_bob: Page, job: Job, width: int) -> None:
    rows.emitted(rows.step(job, "second"), {HOSTILE: HOSTILE * 20})
    broken = rows.fail(job, text=HOSTILE)
    page_of_bob.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page_of_bob.set_viewport_size({"width": width, "height": 800})
    for address in (job.get_absolute_url(), "/jobs/", f"{job.get_absolute_url()}steps/{broken.pk}/"):
        page_of_bob.goto(address)
        assert page_of_bob.evaluate("document.documentElement.scrollWidth") <= width
