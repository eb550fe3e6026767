"""Nobody sees jobs of others without the permission; where a job is not theirs, there is no job."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from jobs.models import Job
from jobs.pages.urls import urlpatterns
from templates_app.models import FlowPrototype
from tests.pages import rows
from tests.pages.reading import html

NAMES = [str(pattern.name) for pattern in urlpatterns]
WITHOUT_JOB = {
    "list",
    "choose",
    "trigger",
    "dry-run",
    "errors",
    "bulk",
    "save-view",
    "delete-view",
    "compare",
    "dashboard",
}


def address(name: str, job: Job) -> str:
    step = job.activations.get().pk
    arguments: dict[str, list[Any]] = {
        "trigger": [job.flow.name],
        "dry-run": [job.flow.name],
        "bulk": ["cancel"],
        "do": [job.pk, "pause"],
        "act": [job.pk, "step"],
        "delete-view": [1],
        "part": [job.pk, "result"],
        "item": [job.pk, job.items.get().pk],
        "step": [job.pk, step],
        "step-part": [job.pk, step, "log"],
    }
    return reverse(f"jobs:{name}", args=arguments.get(name, [] if name in WITHOUT_JOB else [job.pk]))


@pytest.mark.parametrize("name", NAMES)
def test_it_sends_whoever_is_not_logged_in_to_the_login(client: Client, job: Job, name: str) -> None:
    response = client.get(address(name, job))

    assert response.status_code == 302
    assert response["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("name", sorted(set(NAMES) - WITHOUT_JOB))
def test_it_hides_jobs_of_others(as_charlie: Client, job: Job, name: str) -> None:
    ask = as_charlie.post if name in ("cancel", "act") else as_charlie.get

    assert ask(address(name, job)).status_code == 404


def test_it_shows_strangers_their_own_jobs(as_charlie: Client, orders: FlowPrototype, job: Job, charlie: User) -> None:
    own = rows.trigger(orders, charlie)

    assert [shown.pk for shown in as_charlie.get("/jobs/").context["jobs"]] == [own.pk]
    assert "Run again" not in html(as_charlie, own.get_absolute_url())


def test_it_does_not_tell_a_stranger_which_flows_there_are(as_charlie: Client, orders: FlowPrototype) -> None:
    assert "There is no flow" in html(as_charlie, "/jobs/", q="flow:orders")
