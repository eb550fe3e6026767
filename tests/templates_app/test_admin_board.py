"""The picture beside the forms: of what is stored, and of what somebody is about to save."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from jobs import services
from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.pages.reading import html, text
from tests.templates_app.pages import submit


@pytest.fixture
def url(flow: FlowPrototype) -> str:
    return reverse("admin:templates_app_flowprototype_change", args=[flow.pk])


def test_it_leads_from_each_node_to_its_settings(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    place = reverse("admin:templates_app_flowprototype_node", args=[flow.pk, "first"])

    assert f'class="fg-link" href="{place}"' in html(as_bob, url)


def test_it_draws_what_stands_in_the_form(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    row = {"nodes-2-node_id": "third", "nodes-2-routine_name": "fetcher"}

    page = submit(as_bob, url, _preview="Preview", **row).content.decode()

    assert 'data-node="third"' in page
    assert "Checked: it can be saved." in text(page)
    assert set(FlowPrototype.objects.get(pk=flow.pk).head.spec.nodes) == {"first", "second"}  # type: ignore[union-attr]


def test_it_offers_the_ports_of_a_node_that_was_just_added(as_bob: Client, url: str) -> None:
    row = {"nodes-2-node_id": "third", "nodes-2-routine_name": "fetcher"}

    page = submit(as_bob, url, _preview="Preview", **row).content.decode()

    assert '<option value="third.fetched">' in page
    assert '<option value="third.requests">' in page


def test_it_marks_the_node_that_is_wrong(as_bob: Client, url: str) -> None:
    page = submit(as_bob, url, _preview="Preview", **{"nodes-0-own": '{"config": {"timeout": "x"}}'}).content.decode()

    assert 'class="fg-node invalid" data-node="first"' in page
    assert "1 problem" in text(page)


def test_it_shows_the_command_that_triggers_the_flow(as_bob: Client, url: str) -> None:
    page = text(html(as_bob, url))

    assert "curl -X POST http://testserver/api/v1/flows/orders/jobs" in page
    assert "No job yet." in page


def test_it_shows_the_latest_jobs(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    services.trigger(flow=flow, launch=services.Launch(input={}, entry="first.requests"))

    assert f'<a href="{Job.objects.get().get_absolute_url()}">' in html(as_bob, url)


def test_it_keeps_jobs_and_command_from_those_who_may_neither(as_alice: Client, url: str) -> None:
    assert "No job yet." not in text(html(as_alice, url))


def test_it_sets_all_of_an_error_handler_by_fields(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    fields = {"max_retries": "5", "max_delay": "60", "jitter": "0.5", "retryable_exceptions": "TimeoutError, OSError"}

    submit(as_bob, url, error_handler="retry", **{f"error_handler__{key}": value for key, value in fields.items()})

    handler = FlowPrototype.objects.get(pk=flow.pk).own["error_handler"]
    assert (handler["max_retries"], handler["max_delay"], handler["jitter"]) == (5, 60.0, 0.5)
    assert handler["retryable_exceptions"] == ["TimeoutError", "OSError"]


def test_it_forgets_what_a_field_no_longer_says(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    submit(as_bob, url, error_handler="retry", error_handler__max_retries="5", error_handler__jitter="0.5")
    submit(as_bob, url, error_handler__jitter="")

    handler = FlowPrototype.objects.get(pk=flow.pk).own["error_handler"]
    assert json.dumps(handler, sort_keys=True) == '{"max_retries": 5, "strategy": "retry"}'
