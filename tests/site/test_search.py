"""The palette and the search page find what their reader may see, and what he may do with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.engine import make_flow
from tests.pages import rows
from tests.pages.reading import active, html


@pytest.fixture
def orders(db: None) -> FlowPrototype:
    return make_flow("parcels", {"first": "test_pass"}, entry="first.input")


@pytest.fixture
def job(orders: FlowPrototype, bob: User) -> Job:
    return rows.trigger(orders, bob)


def found(client: Client, words: str) -> list[tuple[str, str]]:
    answer = client.get("/search.json", {"q": words}).json()["found"]
    return [(one["label"], one["url"]) for one in answer]


def test_it_finds_flows_and_what_can_be_done_with_them(as_bob: Client, orders: FlowPrototype) -> None:
    assert found(as_bob, "parc") == [
        ("parcels", orders.get_absolute_url()),
        ("Trigger parcels", "/jobs/trigger/parcels/"),
        ("Dry-run parcels", "/jobs/dry-run/parcels/"),
        ("Vary parcels", reverse("admin:templates_app_flowprototype_variant", args=[orders.pk])),
    ]


@pytest.mark.parametrize("words", ["trigger parcels", "run parc", "START parcels"])
def test_it_takes_a_verb_in_front_for_an_action(as_bob: Client, orders: FlowPrototype, words: str) -> None:
    assert found(as_bob, words) == [("Trigger parcels", "/jobs/trigger/parcels/")]


def test_it_finds_jobs_by_the_beginning_of_their_id(as_bob: Client, job: Job) -> None:
    assert found(as_bob, str(job.pk)[:13])[0] == (str(job.pk), job.get_absolute_url())
    assert found(as_bob, job.pk.hex)[0] == (str(job.pk), job.get_absolute_url())
    assert found(as_bob, "ffffffff") == []


def test_it_offers_what_can_be_done_to_the_job_that_is_meant(as_bob: Client, job: Job) -> None:
    assert found(as_bob, str(job.pk))[1:] == [
        ("Cancel this job of parcels", f"{job.get_absolute_url()}do/cancel/"),
        ("Pause this job of parcels", f"{job.get_absolute_url()}do/pause/"),
        ("Run parcels again", f"{job.get_absolute_url()}again/"),
    ]
    rows.end(job, "completed")
    assert [label for label, _ in found(as_bob, str(job.pk))] == [str(job.pk), "Run parcels again"]


def test_it_finds_pages_by_the_beginnings_of_their_words(as_bob: Client, db: None) -> None:
    assert "Help: words and shortcuts" in [label for label, _ in found(as_bob, "help wor")]
    assert "Help: words and shortcuts" not in [label for label, _ in found(as_bob, "ord")]


def test_it_finds_routines_and_pages(as_bob: Client, db: None) -> None:
    assert ("mapper", "Routine") in [
        (one["label"], one["kind"]) for one in as_bob.get("/search.json", {"q": "mapper"}).json()["found"]
    ]
    assert ("New flow", reverse("admin:templates_app_flowprototype_add")) in found(as_bob, "new flow")


def test_it_offers_pages_when_nothing_is_asked(as_bob: Client, orders: FlowPrototype) -> None:
    labels = [label for label, _ in found(as_bob, "")]

    assert "Jobs" in labels
    assert "parcels" not in labels


def test_it_shows_a_stranger_neither_flows_nor_jobs(as_charlie: Client, job: Job) -> None:
    for words in ("parcels", "trigger parcels", str(job.pk), "new", "mapper"):
        assert found(as_charlie, words) == []


def test_it_is_for_people_who_have_logged_in(client: Client, db: None) -> None:
    assert client.get("/search.json").status_code == 403
    assert client.get("/search/")["Location"].startswith("/login/")
    assert client.get("/help/")["Location"].startswith("/login/")


@pytest.mark.parametrize("words", ["\0", "<script>", "%", "a" * 5000, "\ud800", "' OR 1=1 --"])
def test_it_survives_any_words(as_bob: Client, orders: FlowPrototype, words: str) -> None:
    query = {"q": words.encode("utf-8", "replace").decode()}

    assert as_bob.get("/search.json", query).status_code == 200
    assert active(html(as_bob, "/search/", **query)) == []


def test_it_works_without_scripts(as_bob: Client, orders: FlowPrototype) -> None:
    page = html(as_bob, "/search/", q="parcels")

    assert f'<a href="{orders.get_absolute_url()}">parcels</a>' in page
    assert '<a href="/search/" data-palette="/search.json"' in html(as_bob, "/jobs/")


def test_it_asks_one_question_for_each_kind(as_bob: Client, job: Job, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(6):  # session, user, two of permissions, flows, routines
        found(as_bob, "parcels")
    with django_assert_num_queries(7):
        found(as_bob, str(job.pk)[:8])
