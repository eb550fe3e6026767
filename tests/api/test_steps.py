from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobs.models import Activation, Job
from templates_app.models import FlowPrototype
from tests.api.calls import get, pointers, refusal, url
from tests.engine import run_flow


def test_it_lists_steps_in_order(ready: None, as_bob: Client, orders: FlowPrototype) -> None:
    job = run_flow(orders, n=1)

    first, second = get(as_bob, f"jobs/{job.pk}/steps").json()["results"]

    assert (first["node"], first["status"], first["attempt"], first["cause"]) == ("first", "completed", 1, None)
    assert (second["node"], second["cause"]) == ("second", first["id"])
    assert second["link"] == url(job, f"/steps/{second['id']}")


def test_it_tells_when_a_step_began_and_ended(ready: None, as_bob: Client, orders: FlowPrototype) -> None:
    job = run_flow(orders, n=1)

    step = get(as_bob, f"jobs/{job.pk}/steps").json()["results"][0]

    assert step["created_at"] <= step["started_at"] <= step["finished_at"]
    assert step["finished_at"].endswith("Z")


def test_it_filters_by_node(as_bob: Client, job: Job) -> None:
    Activation.objects.create(job=job, node="other", status="ready")

    assert [s["node"] for s in get(as_bob, f"jobs/{job.pk}/steps?node=other").json()["results"]] == ["other"]
    assert get(as_bob, f"jobs/{job.pk}/steps?node=nope").json()["results"] == []


def test_it_filters_by_status(as_bob: Client, job: Job) -> None:
    Activation.objects.create(job=job, node="other", status="failed")

    assert [s["node"] for s in get(as_bob, f"jobs/{job.pk}/steps?status=failed").json()["results"]] == ["other"]
    assert pointers(get(as_bob, f"jobs/{job.pk}/steps?status=bogus")) == ["/status"]


def test_it_pages(as_bob: Client, job: Job) -> None:
    Activation.objects.bulk_create(Activation(job=job, node=f"n{n}", status="ready") for n in range(3))

    first = get(as_bob, f"jobs/{job.pk}/steps?limit=2").json()

    assert [step["node"] for step in first["results"]] == ["first", "n0"]
    assert [step["node"] for step in as_bob.get(first["next"]).json()["results"]] == ["n1", "n2"]


@pytest.mark.parametrize("cursor", ["after.x", "after.", "after.99999999999999999999999", "before.-1", "zzz", "%00"])
def test_it_survives_any_cursor(as_bob: Client, job: Job, cursor: str) -> None:
    assert get(as_bob, f"jobs/{job.pk}/steps?cursor={cursor}").status_code in (200, 400)


def test_it_refuses_an_unknown_filter(as_bob: Client, job: Job) -> None:
    assert pointers(get(as_bob, f"jobs/{job.pk}/steps?nodes=a")) == ["/nodes"]


def test_it_hides_the_steps_of_others(as_alice: Client, job: Job) -> None:
    assert refusal(get(as_alice, f"jobs/{job.pk}/steps")) == (404, "not-found")


def test_it_lists_in_constant_queries_without_payloads(
    as_bob: Client, job: Job, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Activation.objects.bulk_create(Activation(job=job, node="n", status="ready") for _ in range(30))

    with django_assert_num_queries(6) as captured:  # four of the caller; job, steps
        get(as_bob, f"jobs/{job.pk}/steps")
    assert not any(
        "payload" in query["sql"] or '"jobs_activation"."message"' in query["sql"]
        for query in captured.captured_queries
    )
