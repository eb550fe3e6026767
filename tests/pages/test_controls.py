from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from jobs import services
from jobs.models import Item, Job, JobEvent
from jobs.pages.controls import CONTROLS
from templates_app.models import FlowPrototype
from tests.engine import make_flow
from tests.pages import rows
from tests.pages.reading import html, text


def press(client: Client, job: Job, verb: str, **said: Any) -> Any:
    return client.post(reverse("jobs:do", args=[job.pk, verb]), {"reason": "as agreed", **said}, follow=True)


def told(job: Job) -> list[tuple[str, str]]:
    return list(JobEvent.objects.filter(job=job, reason="as agreed").values_list("kind", "actor__username"))


@pytest.mark.parametrize("verb", ["pause", "cancel"])
def test_it_steers_a_job_and_keeps_who_and_why(as_bob: Client, job: Job, verb: str) -> None:
    page = press(as_bob, job, verb).content.decode()

    assert "done." in page
    assert told(job) == [({"pause": "paused", "cancel": "cancelled"}[verb], "bob")]


def test_it_resumes_and_retries(as_bob: Client, job: Job) -> None:
    services.pause(job=job)
    press(as_bob, job, "resume")
    rows.fail(job)
    press(as_bob, job, "retry")

    assert told(job) == [("resumed", "bob"), ("retried", "bob")]


def test_it_skips_a_failed_step(as_bob: Client, job: Job) -> None:
    step = rows.fail(job)
    press(as_bob, job, "skip_step", step=step.pk)

    step.refresh_from_db()
    assert (step.status, told(job)) == ("skipped", [("step_skipped", "bob")])


def test_it_supplies_what_a_step_should_have_sent(as_bob: Client, job: Job) -> None:
    step = rows.fail(job)
    outputs = json.dumps([{"event": "output", "payload": {"n": 5}}])
    press(as_bob, job, "supply_output", step=step.pk, outputs=outputs)

    assert Item.objects.get(source_id=step.pk).payload == {"n": 5}


@pytest.mark.parametrize("outputs", ['[{"event": "output"}]', '["x"]', '[{"event": "nowhere", "payload": {}}]', "{"])
def test_it_says_what_is_wrong_with_an_output_and_keeps_it(as_bob: Client, job: Job, outputs: str) -> None:
    step = rows.fail(job)
    response = press(as_bob, job, "supply_output", step=step.pk, outputs=outputs)

    assert response.status_code == 422
    assert "Nothing was changed." in response.content.decode()
    assert "as agreed" in response.content.decode()


def test_it_posts_into_an_open_job_and_closes_it(as_bob: Client, bob: User) -> None:
    flow = make_flow("inbox", {"a": "test_pass"}, entry="a.input", keep_open=True)
    job = rows.trigger(flow, bob)
    press(as_bob, job, "post_item", slot="a.input", payload='{"n": 2}')
    press(as_bob, job, "close")

    assert told(job) == [("item_posted", "bob"), ("closed", "bob")]
    assert job.items.filter(payload={"n": 2}).exists()


@pytest.mark.parametrize("verb", CONTROLS)
def test_it_says_what_each_will_do_or_why_it_cannot(as_bob: Client, job: Job, verb: str) -> None:
    page = text(html(as_bob, reverse("jobs:do", args=[job.pk, verb])))

    assert CONTROLS[verb].does in page or "This cannot be done." in page


def test_it_explains_on_the_job_page_what_is_not_offered(as_bob: Client, job: Job) -> None:
    page = text(html(as_bob, job.get_absolute_url()))

    assert "Not now. The job is pending: this is for jobs that are paused." in page
    assert "Not now. The job is not open for items: it completes by itself." in page


def test_it_refuses_what_the_job_is_not_in_a_state_for(as_bob: Client, job: Job) -> None:
    response = press(as_bob, job, "resume")

    assert response.status_code == 409
    assert "The job is pending: this is for jobs that are paused." in response.content.decode()


def test_it_needs_the_permission_of_each(as_charlie: Client, orders: FlowPrototype, charlie: User) -> None:
    job = rows.trigger(orders, charlie)
    answers = {press(as_charlie, job, verb).status_code for verb in CONTROLS}
    charlie.user_permissions.add(Permission.objects.get(codename="control_job"))

    assert answers == {403}
    assert press(as_charlie, job, "pause").status_code == 200
    assert "You lack the permission ‘Can cancel jobs’." in html(as_charlie, job.get_absolute_url())


def test_it_knows_no_other_verb(as_bob: Client, job: Job) -> None:
    assert as_bob.get(reverse("jobs:do", args=[job.pk, "destroy"])).status_code == 404
