from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobs.models import Item, Job
from templates_app.models import FlowPrototype
from tests.pages.reading import html, text

FORM = "/jobs/trigger/orders/"


def press(client: Client, value: str, once: Any = None, **fields: str) -> Any:
    return client.post(FORM, {"input": value, "once": str(once or uuid4()), **fields})


def test_it_begins_with_an_example_of_what_the_flow_expects(as_bob: Client, orders: FlowPrototype) -> None:
    page = html(as_bob, FORM)

    assert "{\n  &quot;n&quot;: 1\n}</textarea>" in page
    assert "curl -X POST http://testserver/api/v1/flows/orders/jobs" in text(page)
    assert """--data '{"input":{"n":1}}'""" in text(page)


def test_it_starts_a_job(as_bob: Client, orders: FlowPrototype, bob: User) -> None:
    response = press(as_bob, '{"n": 7}', priority="5")

    job = Job.objects.get()
    assert (response.status_code, response["Location"]) == (302, job.get_absolute_url())
    assert (job.actor, job.priority, Item.objects.get().payload) == (bob, 5, {"n": 7})


def test_it_starts_a_job_later_and_with_overrides(as_bob: Client, orders: FlowPrototype) -> None:
    press(as_bob, '{"n": 7}', overrides='{"settings": {"max_workers": 3}}', start_at="2126-01-02T03:04")

    assert Job.objects.count() == 0
    tomorrow = timezone.now() + timedelta(days=1)
    press(as_bob, '{"n": 7}', overrides='{"settings": {"max_workers": 3}}', start_at=f"{tomorrow:%Y-%m-%dT%H:%M}")
    job = Job.objects.get()
    assert (job.status, job.start_at, job.overrides) == (
        "queued",
        tomorrow.replace(second=0, microsecond=0),
        {"settings": {"max_workers": 3}},
    )


def test_it_says_which_override_is_refused(as_bob: Client, orders: FlowPrototype) -> None:
    response = press(as_bob, '{"n": 7}', overrides='{"settings": {"max_workers": -3}}')

    assert (response.status_code, Job.objects.count()) == (422, 0)
    assert "Overrides" in text(response.content.decode()).partition("The job was not started.")[2][:60]


def test_it_starts_one_job_however_often_the_button_is_pressed(as_bob: Client, orders: FlowPrototype) -> None:
    once = uuid4()
    responses = [press(as_bob, '{"n": 7}', once) for _ in range(2)]

    assert Job.objects.count() == 1
    assert responses[0]["Location"] == responses[1]["Location"]


def test_it_starts_no_second_job_with_another_input_unasked(as_bob: Client, orders: FlowPrototype) -> None:
    once = uuid4()
    press(as_bob, '{"n": 7}', once)
    response = press(as_bob, '{"n": 8}', once)

    assert (response.status_code, Job.objects.count()) == (422, 1)
    assert "Send it again to start one more." in response.content.decode()
    assert str(once) not in response.content.decode()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{", "Line 1, column 2"),
        ("[]", "an object, {...}, is accepted."),
        ('{"n": 0}', "input.n: 0 is less than the minimum of 1"),
        ('{"n": NaN}', "NaN"),
        ("{}", '"n" is a required property'),
        ('{"n": 1, "n": 2}', "twice"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_what_was_typed(
    as_bob: Client, orders: FlowPrototype, value: str, message: str
) -> None:
    response = press(as_bob, value)

    assert (response.status_code, Job.objects.count()) == (422, 0)
    assert message in text(response.content.decode())


def test_it_refuses_an_entry_that_the_flow_does_not_have(as_bob: Client, orders: FlowPrototype) -> None:
    response = press(as_bob, '{"n": 1}', entry="nowhere.input")

    assert (response.status_code, Job.objects.count()) == (422, 0)


def test_it_says_why_a_flow_cannot_run(as_bob: Client, orders: FlowPrototype) -> None:
    FlowPrototype.objects.update(head=None, problems=[{"path": "nodes.first", "message": "It lost its class."}])
    page = html(as_bob, FORM)

    assert "nodes.first" in page
    assert "It lost its class." in page
    assert press(as_bob, '{"n": 1}').status_code == 409


def test_it_does_not_run_archived_flows(as_bob: Client, orders: FlowPrototype) -> None:
    FlowPrototype.objects.update(archived_at=timezone.now())

    assert "This flow is archived." in html(as_bob, FORM)
    assert "orders" not in text(html(as_bob, reverse("jobs:choose")))


def test_it_lists_the_flows_to_choose_from(as_bob: Client, orders: FlowPrototype) -> None:
    assert f'href="{FORM}"' in html(as_bob, reverse("jobs:choose"))


def test_it_hides_flows_from_strangers(as_charlie: Client, orders: FlowPrototype) -> None:
    assert as_charlie.get(FORM).status_code == 404
    assert press(as_charlie, '{"n": 1}').status_code == 404
    assert as_charlie.get(reverse("jobs:choose")).status_code == 403
