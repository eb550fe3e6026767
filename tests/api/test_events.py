from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobs import services
from jobs.models import Job, JobEvent
from tests.api.calls import get, refusal


def test_it_tells_what_happened_in_order(as_bob: Client, bob: User, job: Job) -> None:
    services.cancel(job=job, actor=bob, reason="Wrong file")

    events = get(as_bob, f"jobs/{job.pk}/events").json()["results"]

    assert [(e["kind"], e["actor"], e["reason"]) for e in events] == [
        ("triggered", "bob", ""),
        ("cancelled", "bob", "Wrong file"),
    ]


def test_it_pages(as_bob: Client, job: Job) -> None:
    JobEvent.objects.bulk_create(JobEvent(job=job, kind=f"k{n}") for n in range(3))

    first = get(as_bob, f"jobs/{job.pk}/events?limit=2").json()

    assert [event["kind"] for event in first["results"]] == ["triggered", "k0"]
    assert [event["kind"] for event in as_bob.get(first["next"]).json()["results"]] == ["k1", "k2"]


def test_it_hides_the_events_of_others(as_alice: Client, job: Job) -> None:
    assert refusal(get(as_alice, f"jobs/{job.pk}/events")) == (404, "not-found")


def test_it_lists_in_constant_queries(
    as_bob: Client, bob: User, job: Job, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    JobEvent.objects.bulk_create(JobEvent(job=job, kind="k", actor=bob) for _ in range(20))

    with django_assert_num_queries(6):  # four of the caller; job, events
        get(as_bob, f"jobs/{job.pk}/events")
