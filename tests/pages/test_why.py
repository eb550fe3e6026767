from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from jobs.models import Activation, CodeVersion, Job, Session
from routilux_site.lib.ids import uuid7
from templates_app.models import FlowPrototype
from tests.pages import rows
from tests.pages.reading import html, text


def why(client: Client, job: Job) -> str:
    return text(html(client, reverse("jobs:why", args=[job.pk])))


@pytest.fixture
def good(orders: FlowPrototype, bob: User) -> Job:
    job = rows.trigger(orders, bob, {"n": 1, "customer": "7"})
    rows.step(job, "second")
    return rows.end(job, "completed")


@pytest.fixture
def bad(good: Job, orders: FlowPrototype, bob: User) -> Job:
    job = rows.trigger(orders, bob, {"n": 2, "customer": 7, "vip": True})
    rows.fail(job)
    return job


def ran(job: Job, module: str) -> None:
    """As if sessions of this code had run it."""
    version = CodeVersion.objects.create(hash=module, classes={"test_pass": module})
    session = Session.objects.create(id=uuid7(), host="here", pid=1, lanes=1, code=version.pk)
    Activation.objects.filter(job=job).update(session_id=session.pk, attempt=1)


def test_it_finds_the_last_good_job(as_bob: Client, good: Job, bad: Job, bob: User) -> None:
    page = as_bob.get(reverse("jobs:why", args=[bad.pk]))

    assert page.context["good"] == good


def test_it_ranks_what_differs(as_bob: Client, bad: Job) -> None:
    page = why(as_bob, bad)

    assert "The input has number at ‘customer’, where it had text. input The input now has ‘vip’" in page
    assert "The input has another value at ‘n’ (1 became 2)." in page
    assert "Both ran revision #1." in page


def test_it_shows_what_changed_in_the_flow(as_bob: Client, good: Job, changed: FlowPrototype) -> None:
    job = rows.trigger(changed, None, {"n": 1, "customer": "7"})
    rows.fail(job)

    assert "From #1 to #2: 1 setting changed." in why(as_bob, job)


def test_it_knows_when_the_code_is_another(as_bob: Client, good: Job, bad: Job) -> None:
    ran(good, "old")
    ran(bad, "new")

    assert "The module that defines the routine of ‘second’, which failed, has changed." in why(as_bob, bad)


def test_it_says_unknown_where_nobody_knows(as_bob: Client, bad: Job) -> None:
    assert "Unknown: which code ran ‘second’ in one of the two" in why(as_bob, bad)


def test_it_tells_since_when_it_fails_like_this(as_bob: Client, bad: Job) -> None:
    Job.objects.filter(pk=bad.pk).update(fingerprint="0123456789abcdef")

    assert "This is the first failure of its kind in orders." in why(as_bob, bad)


def test_it_says_so_when_there_is_nothing_to_compare_with(as_bob: Client, job: Job) -> None:
    assert "only a failed job has something to explain" in why(as_bob, job)
    rows.fail(job)
    assert "Nothing to compare with" in why(as_bob, job)


def test_it_leads_there_from_a_failed_job(as_bob: Client, bad: Job) -> None:
    assert "Why did it fail now?" in html(as_bob, bad.get_absolute_url())
