from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from jobs.models import Activation, Job
from templates_app.models import FlowPrototype
from tests.pages import rows
from tests.pages.reading import html, text


@pytest.fixture
def step(job: Job) -> Activation:
    return job.activations.get()


def address(step: Activation) -> str:
    return reverse("jobs:step", args=[step.job_id, step.pk])


def test_it_shows_what_went_in_and_what_came_out(as_bob: Client, job: Job, step: Activation) -> None:
    after = rows.step(job, "second")
    rows.emitted(step, {"m": 2}, node="second", slot="input", consumed_by_id=after.pk)
    page = html(as_bob, address(step))

    assert "job input → first.input" in text(page)
    assert '"n": 1' in text(page)
    assert f'<a href="{address(after)}">second.input</a>' in page


def test_it_shows_what_each_attempt_said(as_bob: Client, step: Activation) -> None:
    rows.say(step, ["calling", "no answer"], {"type": "TimeoutError", "message": "3 s", "traceback": "Traceback: here"})
    rows.say(step, ["calling again"], attempt=2)
    page = text(html(as_bob, address(step)))

    assert "Attempt 1" in page
    assert "22:13:20.500 info no answer TimeoutError : 3 s Traceback: here Attempt 2" in page
    assert page.index("calling again") > page.index("no answer")


def test_it_cuts_long_logs(as_bob: Client, step: Activation) -> None:
    rows.say(step, [f"line {number}" for number in range(1000)])
    page = text(html(as_bob, address(step)))

    assert "line 199 " in page
    assert "line 200 " not in page
    assert "800 more lines are in the download." in page


def test_it_says_what_a_step_that_waits_for_a_retry_waits_for(as_bob: Client, step: Activation) -> None:
    Activation.objects.update(status="retrying", due_at="2026-01-02T03:04:05Z", errors=1, attempt=1)

    page = text(html(as_bob, address(step)))

    assert "Next attempt any moment now 03:04:05.000 UTC" in page
    assert "Duration" not in page


def test_it_shows_what_the_policy_said(as_bob: Client, step: Activation) -> None:
    Activation.objects.update(message={"reason": "drained"})

    assert 'The activation policy said {"reason": "drained"}' in text(html(as_bob, address(step)))


def test_it_knows_only_steps_of_its_job(
    as_bob: Client, orders: FlowPrototype, bob: User, job: Job, step: Activation
) -> None:
    other = rows.trigger(orders, bob)

    assert as_bob.get(reverse("jobs:step", args=[other.pk, step.pk])).status_code == 404
    assert as_bob.get(reverse("jobs:step", args=[job.pk, 10**30])).status_code == 404
