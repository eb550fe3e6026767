from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from jobs.models import Activation, Job
from tests.pages import rows
from tests.pages.reading import fragment, html


@pytest.fixture(params=["list", "job", "step"])
def address(request: pytest.FixtureRequest, job: Job) -> str:
    step = job.activations.get()
    return {
        "list": "/jobs/",
        "job": job.get_absolute_url(),
        "step": reverse("jobs:step", args=[job.pk, step.pk]),
    }[request.param]


def test_it_is_the_live_part_of_the_page_alone(as_bob: Client, address: str) -> None:
    part = fragment(as_bob, address).content.decode()

    assert part.strip().startswith('<div id="live" data-live="')
    assert "<html" not in part


def test_it_answers_304_while_nothing_changes(as_bob: Client, address: str) -> None:
    first = fragment(as_bob, address)
    again = fragment(as_bob, address, first["ETag"])

    assert (again.status_code, again.content) == (304, b"")
    assert first["ETag"].startswith('W/"')
    assert again["ETag"] == first["ETag"]


def test_it_answers_anew_when_something_changed(as_bob: Client, address: str) -> None:
    before = fragment(as_bob, address)["ETag"]
    Activation.objects.update(status="running", attempt=1)
    Job.objects.update(status="running")

    assert fragment(as_bob, address, before).status_code == 200


def test_it_may_be_kept_by_the_browser_alone_and_never_unasked(as_bob: Client, address: str) -> None:
    assert fragment(as_bob, address)["Cache-Control"] == "private, no-cache"
    assert as_bob.get(address)["Cache-Control"] == "private, no-cache"


def test_it_asks_for_no_more_once_the_job_has_ended(as_bob: Client, job: Job) -> None:
    rows.end(job, "completed")

    assert "data-live=" not in fragment(as_bob, job.get_absolute_url()).content.decode()


def test_it_differs_between_people(as_bob: Client, as_alice: Client, job: Job) -> None:
    etags = {fragment(client, "/jobs/")["ETag"] for client in (as_bob, as_alice)}

    assert len(etags) == 2


def test_it_tells_the_state_for_those_who_listen(as_bob: Client, job: Job) -> None:
    page = html(as_bob, job.get_absolute_url())

    assert 'data-say="The job is pending."' in page
    assert page.count('role="status"') == 1
