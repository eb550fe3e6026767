"""The page that tries a flow: an example to begin with, the answer as picture and as tables."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from django.urls import reverse

from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.pages import rows
from tests.pages.reading import active, html, text
from tests.templates_app.pages import submit

PAGE = "/jobs/dry-run/orders/"
SENDS = {"first": {"output": [{"n": 5}]}, "second": {"output": [{"n": 6}]}}


def press(client: Client, **fields: Any) -> Any:
    given = {"input": {"n": 1}, "outputs": SENDS, **fields}
    return client.post(PAGE, {name: json.dumps(value) for name, value in given.items()})


def test_it_begins_with_what_the_last_good_job_took_and_sent(as_bob: Client, job: Job) -> None:
    rows.emitted(rows.step(job, "first"), {"n": 41})
    rows.end(job, "completed")

    form = as_bob.get(PAGE).context["form"].initial

    assert form["input"] == {"n": 1}
    assert form["outputs"] == {"first": {"output": [{"n": 41}]}, "second": {"output": {"trail": "text"}}}


def test_it_shows_the_answer_on_the_graph_and_as_a_table(as_bob: Client, orders: FlowPrototype) -> None:
    page = press(as_bob).content.decode()

    assert "It would complete" in text(page)
    assert 'class="fg-node completed" data-node="first"' in page
    assert '<tr id="node-second"><th scope="row">second</th><td>Sent its samples</td>' in page
    assert active(page) == []


def test_it_says_why_it_would_fail(as_bob: Client, orders: FlowPrototype) -> None:
    page = text(press(as_bob, errors_raised={"first": ["TimeoutError"]}).content.decode())

    assert "It would fail" in page
    assert "Its error handler says stop" in page


def test_it_refuses_beside_the_field(as_bob: Client, orders: FlowPrototype) -> None:
    response = press(as_bob, outputs={"zz": {}})

    assert response.status_code == 422
    assert "There is no node" in response.context["form"].errors["outputs"][0]
    assert not Job.objects.exists()


def test_it_escapes_what_routines_send(as_bob: Client, orders: FlowPrototype) -> None:
    page = press(as_bob, outputs={"first": {"output": {"n": rows.HOSTILE}}}).content.decode()

    assert active(page) == []


def test_it_keeps_out_who_may_neither_run_nor_change(as_charlie: Client, orders: FlowPrototype) -> None:
    assert as_charlie.get(PAGE).status_code == 404


def test_it_tries_what_stands_in_the_form_of_the_admin(as_bob: Client, orders: FlowPrototype) -> None:
    address = reverse("admin:templates_app_flowprototype_change", args=[orders.pk])

    draft = submit(as_bob, address, max_workers="7", _try="Dry run")
    answer = submit_draft(as_bob, draft)

    assert "is not saved" in text(draft.content.decode())
    assert "It would complete" in text(answer.content.decode())
    assert FlowPrototype.objects.get(pk=orders.pk).version == orders.version


def submit_draft(client: Client, draft: Any) -> Any:
    form = draft.context["form"]
    return client.post(PAGE, {name: form[name].value() for name in ("input", "outputs", "document")})


def test_it_asks_the_database_a_constant_number_of_times(
    as_bob: Client, job: Job, django_assert_num_queries: Any
) -> None:
    rows.end(job, "completed")

    with django_assert_num_queries(9):
        html(as_bob, PAGE)
