from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from jobs import services
from jobs.models import Item, Job
from templates_app.models import FlowPrototype
from tests.engine import make_flow
from tests.pages import rows
from tests.pages.reading import html, text


def page_of(client: Client, job: Job, **query: str) -> str:
    return html(client, job.get_absolute_url(), **query)


def test_it_has_a_title_that_tells_flow_and_state(as_bob: Client, job: Job) -> None:
    assert f"<title>orders – pending – job {str(job.pk)[:18]} – Routilux</title>" in page_of(as_bob, job)


def test_it_draws_the_flow_with_the_state_of_each_node(as_bob: Client, job: Job) -> None:
    job.activations.update(status="running")
    page = page_of(as_bob, job)

    assert 'class="fg-node running"' in page
    assert 'class="fg-node idle"' in page


def test_it_says_the_same_as_the_picture_in_a_table(as_bob: Client, job: Job) -> None:
    page = text(page_of(as_bob, job))

    assert "job input – first input" in page
    assert "first output second input" in page


def test_it_leads_from_a_node_to_its_one_step(as_bob: Client, job: Job) -> None:
    page = page_of(as_bob, job)

    assert f'href="{job.get_absolute_url()}steps/{job.activations.get().pk}/"' in page


def test_it_leads_from_a_node_that_ran_often_to_the_list_of_its_steps(as_bob: Client, job: Job) -> None:
    rows.step(job, "first")
    page = page_of(as_bob, job)

    assert f'href="{job.get_absolute_url()}?node=first#steps"' in page
    assert "×2" in page


def test_it_shows_input_and_result(as_bob: Client, job: Job) -> None:
    rows.emitted(rows.step(job, "second"), {"total": 12})
    page = text(page_of(as_bob, rows.end(job, "completed")))

    assert '"n": 1' in page
    assert "second.output → result" in page
    assert '"total": 12' in page


def test_it_shows_what_nobody_took(as_bob: Client, job: Job) -> None:
    rows.emitted(rows.step(job, "first"), {"lonely": True}, node="second", slot="input")

    assert "Waiting in slots" in page_of(as_bob, job)
    assert "Undelivered" in page_of(as_bob, rows.end(job, "completed"))


def test_it_shows_why_a_job_failed(as_bob: Client, job: Job) -> None:
    step = rows.fail(job)
    page = page_of(as_bob, job)

    assert f'Failed at <a href="{job.get_absolute_url()}steps/{step.pk}/">second</a>' in page
    assert "ValueError: no such customer" in text(page)
    assert "Traceback (most recent call last):" in page


def test_it_says_so_when_no_code_raised(as_bob: Client, job: Job) -> None:
    rows.step(job, "second", "failed", deaths=3)
    rows.end(job, "failed", error_node="second", error_summary="second: its worker died 3 times")
    page = text(page_of(as_bob, job))

    assert "second: its worker died 3 times" in page
    assert "3 workers died running it." in page


def test_it_tells_who_did_what_and_why(as_bob: Client, job: Job, bob: User) -> None:
    services.cancel(job=job, actor=bob, reason="wrong file")
    page = text(page_of(as_bob, job))

    assert "Triggered by bob" in page
    assert "Cancelled by bob just now wrong file" in page


def test_it_cuts_big_payloads_and_offers_them_as_files(as_bob: Client, orders: FlowPrototype, bob: User) -> None:
    job = rows.trigger(orders, bob, {"n": 1, "text": "x" * 100_000})
    page = page_of(as_bob, job)

    assert len(page) < 40_000
    assert f"/jobs/{job.pk}/items/{Item.objects.get().pk}.json" in page
    assert "The first 4096 of 1000" in page


def test_it_reads_many_steps_page_after_page(as_bob: Client, job: Job) -> None:
    for _ in range(100):
        rows.step(job, "second")
    first = as_bob.get(job.get_absolute_url())
    second = as_bob.get(job.get_absolute_url(), {"cursor": first.context["steps"].next})

    assert (len(first.context["steps"].items), len(second.context["steps"].items)) == (100, 1)
    assert "×100" in second.content.decode()


def test_it_filters_steps_by_node_and_status(as_bob: Client, job: Job) -> None:
    rows.step(job, "second", "skipped")

    asked = as_bob.get(job.get_absolute_url(), {"node": "second", "status": "skipped"})
    assert [step.node for step in asked.context["steps"].items] == ["second"]
    assert "No step matches." in page_of(as_bob, job, node="no\0where")


def test_it_answers_404_to_a_cursor_of_nowhere(as_bob: Client, job: Job) -> None:
    assert as_bob.get(job.get_absolute_url(), {"cursor": "after.x"}).status_code == 404


def test_it_counts_nodes_not_reached_as_ahead_until_the_job_completes(as_bob: Client, job: Job) -> None:
    running = as_bob.get(job.get_absolute_url()).context["progress"]
    job.activations.update(status="completed")
    completed = as_bob.get(rows.end(job, "completed").get_absolute_url()).context["progress"]

    assert (running["ended"], running["most"]) == (0, 2)
    assert (completed["ended"], completed["most"]) == (1, 1)


def test_it_shows_what_was_dropped(as_bob: Client, job: Job) -> None:
    for number in range(2):
        rows.emitted(rows.step(job, "first"), {"lost": number}, node="second", slot="input", consumed_by_id=0)
    page = page_of(as_bob, rows.end(job, "completed"))

    assert "Dropped: 2" in text(page)
    assert '"lost": 1' in text(page)
    assert f'href="{job.get_absolute_url()}dropped.json"' in page


def test_it_says_what_a_queued_job_waits_for(
    as_bob: Client, bob: User, django_capture_on_commit_callbacks: Any
) -> None:
    flow = make_flow("narrow", {"a": "test_pass"}, entry="a.input", concurrency={"limit": 1})
    with django_capture_on_commit_callbacks(execute=True):
        first, second = (rows.trigger(flow, bob) for _ in range(2))
    page = html(as_bob, second.get_absolute_url())

    assert "The flow has 1 place for jobs under way, and none is free. Ahead of it:" in text(page)
    assert first.get_absolute_url() in page


def test_it_counts_down_to_a_retry(as_bob: Client, job: Job) -> None:
    job.activations.update(status="retrying", errors=1, due_at=timezone.now() + timedelta(seconds=42.5))

    assert "is tried again at" in text(html(as_bob, job.get_absolute_url()))
    assert "data-left" in html(as_bob, job.get_absolute_url())
