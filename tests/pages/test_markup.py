"""What every page owes to its readers, however they read it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from jobs.models import Job
from jobs.pages.looks import SHOWN, URGENCY
from jobs.states import JobStatus, StepStatus
from tests.pages import rows
from tests.pages.reading import active, html

STATIC = Path(settings.BASE_DIR) / "jobs" / "static" / "jobs"


@pytest.fixture(
    params=[
        "list",
        "job",
        "step",
        "trigger",
        "choose",
        "dry-run",
        "errors",
        "bulk",
        "do",
        "why",
        "again",
        "compare",
        "dashboard",
    ]
)
def page(request: pytest.FixtureRequest, as_bob: Client, job: Job) -> str:
    step = rows.fail(job)
    addresses = {
        "list": "/jobs/",
        "job": job.get_absolute_url(),
        "step": reverse("jobs:step", args=[job.pk, step.pk]),
        "trigger": "/jobs/trigger/orders/",
        "choose": "/jobs/trigger/",
        "dry-run": "/jobs/dry-run/orders/",
        "errors": "/jobs/errors/",
        "do": reverse("jobs:do", args=[job.pk, "supply_output"]),
        "why": reverse("jobs:why", args=[job.pk]),
        "again": reverse("jobs:again", args=[job.pk]),
        "compare": f"/jobs/compare/?a={job.pk}&b={job.pk}",
        "dashboard": "/jobs/dashboard/",
        "bulk": "/jobs/bulk/retry/?q=status:failed",
    }
    return html(as_bob, addresses[request.param])


def test_it_has_one_heading_one_main_and_a_title(page: str) -> None:
    assert page.count("<h1") == 1
    assert page.count("<main") == 1
    assert re.search(r"<title>[^<]+ – Routilux</title>", page)


def test_it_names_each_table_and_column(page: str) -> None:
    assert page.count("<table") == page.count("<caption")
    assert not re.findall(r"<th(?![a-z])(?![^>]*scope=)", page)


def test_it_uses_each_id_once(page: str) -> None:
    ids = re.findall(r' id="([^"]+)"', page)

    assert len(ids) == len(set(ids))


def test_it_refers_to_what_is_there(page: str) -> None:
    ids = set(re.findall(r' id="([^"]+)"', page))
    asked = re.findall(r' (?:for|aria-labelledby|aria-describedby)="([^"]+)"', page)
    asked += re.findall(r'<use href="#([^"]+)"', page)

    assert not {name for names in asked for name in names.split()} - ids


def test_it_has_nothing_inline(page: str) -> None:
    assert active(page) == []


def test_it_has_a_look_for_each_state() -> None:
    assert {*JobStatus, *StepStatus} <= set(SHOWN)
    assert set(URGENCY) == set(StepStatus)


def test_it_keeps_the_script_small() -> None:
    assert sum(len(file.read_bytes()) for file in STATIC.glob("*.js")) < 10 * 1024
