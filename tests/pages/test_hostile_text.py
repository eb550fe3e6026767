"""Whatever stands in payloads, logs, errors and reasons is shown as text."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from jobs import services
from jobs.models import Job
from tests.engine import make_flow
from tests.pages import rows
from tests.pages.reading import active, html
from tests.pages.rows import HOSTILE


@pytest.fixture
def hostile(bob: User) -> Job:
    """A job in which everything that somebody may choose is hostile."""
    flow = make_flow("hostile", {"first": "test_pass"}, entry="first.input")
    type(flow).objects.filter(pk=flow.pk).update(description=HOSTILE)
    bob.username = HOSTILE[:150]
    bob.save()
    job = rows.trigger(flow, bob, {HOSTILE: [HOSTILE] * 3})
    step = rows.fail(job, "first", HOSTILE)
    rows.say(step, [HOSTILE], {"type": HOSTILE, "message": HOSTILE, "traceback": HOSTILE}, attempt=2)
    rows.emitted(step, {HOSTILE: HOSTILE}, node=HOSTILE[:60], slot=HOSTILE[:60])
    rows.emitted(step, {HOSTILE: HOSTILE}, event=HOSTILE[:60])
    job.events.create(kind=HOSTILE[:30], actor=bob, reason=HOSTILE)
    return job


def test_it_escapes_what_a_job_page_shows(as_bob: Client, hostile: Job) -> None:
    page = html(as_bob, hostile.get_absolute_url())

    assert not active(page)
    assert "&lt;script&gt;" in page


def test_it_escapes_what_a_step_page_shows(as_bob: Client, hostile: Job) -> None:
    for step in hostile.activations.all():
        page = html(as_bob, reverse("jobs:step", args=[hostile.pk, step.pk]))
        assert not active(page)


def test_it_escapes_what_the_list_shows(as_bob: Client, hostile: Job) -> None:
    assert not active(html(as_bob, "/jobs/"))
    assert not active(html(as_bob, "/jobs/", q=f"status:{HOSTILE} flow:{HOSTILE} {HOSTILE}"))


def test_it_escapes_what_the_form_shows(as_bob: Client, hostile: Job) -> None:
    address = reverse("jobs:trigger", args=["hostile"])

    assert not active(html(as_bob, reverse("jobs:again", args=[hostile.pk])))
    assert not active(as_bob.post(address, {"input": HOSTILE, "once": HOSTILE}).content.decode())
    assert not active(html(as_bob, reverse("jobs:choose")))


def test_it_escapes_the_reason_of_a_cancel(as_bob: Client, job: Job, bob: User) -> None:
    services.cancel(job=job, actor=bob, reason=HOSTILE)

    assert not active(html(as_bob, job.get_absolute_url()))


@pytest.mark.parametrize("name", ["node", "status"])
def test_it_escapes_what_the_address_says(as_bob: Client, job: Job, name: str) -> None:
    assert not active(html(as_bob, job.get_absolute_url(), **{name: HOSTILE}))
