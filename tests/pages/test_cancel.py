from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from jobs.models import Job, JobEvent
from templates_app.models import FlowPrototype
from tests.pages import rows
from tests.pages.reading import html


def cancel(client: Client, job: Job, reason: str = "") -> int:
    return client.post(reverse("jobs:do", args=[job.pk, "cancel"]), {"reason": reason}).status_code


def test_it_cancels_and_keeps_the_reason(as_bob: Client, job: Job) -> None:
    assert cancel(as_bob, job, " wrong file ") == 302

    job.refresh_from_db()
    assert job.status == "cancelled"
    assert JobEvent.objects.get(kind="cancelled").reason == "wrong file"


def test_it_needs_the_permission(as_charlie: Client, orders: FlowPrototype, charlie: User) -> None:
    job = rows.trigger(orders, charlie)

    assert cancel(as_charlie, job) == 403
    assert "Cancel job" not in html(as_charlie, job.get_absolute_url())


def test_it_needs_the_token_of_the_form(csrf_client: Client, job: Job, bob: User) -> None:
    csrf_client.force_login(bob)

    assert cancel(csrf_client, job) == 403


def test_it_offers_cancelling_only_while_the_job_goes_on(as_bob: Client, job: Job) -> None:
    assert "Cancel job" in html(as_bob, job.get_absolute_url())
    assert "Cancel job" not in html(as_bob, rows.end(job, "failed").get_absolute_url())
