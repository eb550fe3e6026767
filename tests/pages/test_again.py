from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from jobs import services
from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.pages import rows
from tests.pages.reading import html, text


def again(job: Job) -> str:
    return reverse("jobs:again", args=[job.pk])


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return unescape(found[1]) if found else ""


def look(client: Client, job: Job, **said: str) -> str:
    """The preview of what was typed."""
    once = hidden(html(client, again(job)), "once")
    said = {"revision": "pinned", "input": '{"n": 1}', "overrides": "", "once": once, **said}
    return client.post(again(job), said).content.decode()


def start(client: Client, job: Job, **said: str) -> Any:
    page = look(client, job, **said)
    hiddens = {name: hidden(page, name) for name in ("once", "seen")}
    return client.post(again(job), {"revision": "pinned", "input": '{"n": 1}', **said, **hiddens})


def test_it_begins_with_what_the_job_had(as_bob: Client, orders: FlowPrototype, bob: User) -> None:
    page = html(as_bob, again(rows.trigger(orders, bob, {"n": 42})))

    assert "&quot;n&quot;: 42" in page
    assert 'value="pinned" checked' in page
    assert "#1, which is the same" in page


def test_it_shows_what_differs_before_anything_starts(as_bob: Client, job: Job) -> None:
    page = text(look(as_bob, job, input='{"n": 2}'))

    assert "What would be different" in page
    assert re.search(r"n changed Before 1 After 2", page)
    assert Job.objects.count() == 1


def test_it_starts_what_was_shown(as_bob: Client, job: Job, bob: User) -> None:
    response = start(as_bob, job, input='{"n": 2}')

    made = Job.objects.exclude(pk=job.pk).get()
    assert response["Location"] == made.get_absolute_url()
    assert (made.origin_id, made.actor, services.first_input(made)) == (job.pk, bob, {"n": 2})


def test_it_starts_nothing_that_was_not_shown(as_bob: Client, job: Job) -> None:
    seen = hidden(look(as_bob, job, input='{"n": 2}'), "seen")
    look(as_bob, job, input='{"n": 3}', seen=seen)

    assert Job.objects.count() == 1


def test_it_takes_the_revision_that_was_chosen(as_bob: Client, job: Job, changed: FlowPrototype) -> None:
    start(as_bob, job)
    start(as_bob, job, revision="latest")

    assert list(Job.objects.order_by("id").values_list("revision__number", flat=True)) == [1, 1, 2]
    assert "max_workers" in look(as_bob, job, revision="latest")


def test_it_lays_overrides_over_the_latest(as_bob: Client, job: Job) -> None:
    start(as_bob, job, revision="latest", overrides='{"settings": {"max_workers": 3}}')

    made = Job.objects.exclude(pk=job.pk).get()
    assert made.overrides == {"settings": {"max_workers": 3}}
    assert made.revision.spec.max_workers == 3
    assert "max_workers" in html(as_bob, again(made))


def test_it_begins_with_the_overrides_of_the_job(as_bob: Client, job: Job) -> None:
    said = '{"settings": {"max_workers": 3}}'
    start(as_bob, job, revision="latest", overrides=said)
    made = Job.objects.exclude(pk=job.pk).get()

    assert "max_workers" in html(as_bob, again(made)).partition('<textarea name="overrides"')[2].partition("<")[0]
    start(as_bob, made, overrides=said)
    twin = Job.objects.get(origin=made)
    assert (twin.revision_id, twin.overrides) == (made.revision_id, made.overrides)


def test_it_leads_to_retry_where_there_is_one(as_bob: Client, job: Job) -> None:
    assert "retry it" not in html(as_bob, again(rows.end(job, "completed")))
    rows.fail(job)
    assert "retry it" in html(as_bob, again(job))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"overrides": '{"settings": {"max_workers": 3}}'}, "A pinned revision stays as it is"),
        ({"revision": "latest", "overrides": '{"settings": {"max_workers": -3}}'}, "max_workers"),
        ({"input": "{"}, "Line 1, column 2"),
        ({"revision": "newest"}, "Select a valid choice"),
    ],
)
def test_it_says_what_is_wrong(as_bob: Client, job: Job, said: dict[str, str], told: str) -> None:
    page = text(look(as_bob, job, **said))

    assert "The job was not started." in page
    assert told in page


def test_it_says_what_the_schema_refuses(as_bob: Client, job: Job) -> None:
    assert "is less than the minimum of 1" in start(as_bob, job, input='{"n": 0}').content.decode()


def test_it_needs_the_permission(as_charlie: Client, orders: FlowPrototype, charlie: User) -> None:
    assert as_charlie.get(again(rows.trigger(orders, charlie))).status_code == 403
