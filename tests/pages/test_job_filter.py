from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jobs.models import Job, Wait
from jobs.search import window
from jobs.search.apply import Asker, id_range, sought
from jobs.search.query import parse
from templates_app.models import FlowPrototype
from templates_app.services import create_variant
from tests.pages import rows
from tests.pages.reading import html, text


def found(client: Client, q: str, **more: str) -> list[UUID]:
    return [job.pk for job in client.get("/jobs/", {"q": q, **more}).context["jobs"]]


@pytest.fixture
def failed(orders: FlowPrototype, bob: User) -> Job:
    job = rows.trigger(orders, bob, {"n": 7, "customer": {"id": 42, "name": "Ann Lee"}})
    rows.fail(job)
    return job


@pytest.mark.parametrize(
    "q",
    [
        "status:failed",
        "status:failed,cancelled",
        "-status:pending",
        "is:ended",
        "status:failed flow:orders",
        "node:second",
        'error:"NO SUCH"',
        "customer",
        "-is:unfinished actor:bob",
        "input.customer.id:42",
        'input.customer.name:"Ann Lee"',
        "input.customer:*",
        "-input.n:1",
        "input.n:7,8 status:failed",
        "is:mine status:failed",
        "revision:1 -status:pending priority:<=0",
    ],
)
def test_it_finds_the_failed_one_of_two(as_bob: Client, job: Job, failed: Job, q: str) -> None:
    assert found(as_bob, q) == [failed.pk]


def test_it_finds_what_waits_for_a_decision(as_bob: Client, job: Job, failed: Job) -> None:
    asked = Wait.objects.create(step_id=job.activations.get().pk, job=job, kind="decision")
    Wait.objects.create(step_id=rows.step(failed, "other").pk, job=failed, kind="decision")

    assert found(as_bob, "is:undecided") == [job.pk]
    assert found(as_bob, "is:unfinished -is:undecided") == []
    Wait.objects.filter(pk=asked.pk).update(answered_at=timezone.now())
    assert found(as_bob, "is:undecided") == []


def test_it_filters_by_flow_and_variant(as_bob: Client, bob: User, job: Job) -> None:
    variant = create_variant(job.flow, name="eu")
    other = rows.trigger(variant, bob)

    assert found(as_bob, "flow:eu") == found(as_bob, "variant:eu") == [other.pk]
    assert found(as_bob, "flow:orders") == [job.pk]
    assert "‘flow:orders’" in html(as_bob, "/jobs/", q="variant:orders")


@pytest.mark.parametrize("length", [1, 8, 13, 18, 36])
def test_it_finds_a_job_by_the_beginning_of_its_id(as_bob: Client, job: Job, length: int) -> None:
    assert found(as_bob, str(job.pk)[:length].upper()) == [job.pk]
    assert found(as_bob, f"id:{str(job.pk)[:length]}") == [job.pk]


def test_it_filters_by_period(as_bob: Client, orders: FlowPrototype, bob: User, job: Job) -> None:
    before = UUID(int=job.pk.int - (int(timedelta(hours=2).total_seconds() * 1000) << 80))
    Job.objects.create(pk=before, flow=orders, revision=job.revision, actor=bob)

    assert found(as_bob, "since:1h") == [job.pk]
    assert found(as_bob, "until:1h") == [before]
    assert found(as_bob, "since:3h until:2900-01-01") == [job.pk, before]


def test_it_filters_by_who_started_it(as_bob: Client, orders: FlowPrototype, job: Job) -> None:
    nobodys = rows.trigger(orders, None)

    assert found(as_bob, "actor:bob") == found(as_bob, "actor:me") == [job.pk]
    assert found(as_bob, "actor:nobody") == [nobodys.pk]
    assert found(as_bob, "actor:nobody,bob") == [nobodys.pk, job.pk]


def test_it_finds_jobs_that_run_another_again(as_bob: Client, orders: FlowPrototype, bob: User, job: Job) -> None:
    again = rows.trigger(orders, bob)
    Job.objects.filter(pk=again.pk).update(origin=job, keep_open=True)

    assert found(as_bob, "is:rerun") == found(as_bob, f"origin:{job.pk}") == found(as_bob, "is:open") == [again.pk]


def test_it_says_what_is_wrong_with_a_filter(as_bob: Client, job: Job) -> None:
    page = text(html(as_bob, "/jobs/", q="status:lost flow:nothing"))

    assert "At character 1: ‘lost’ is no status" in page
    assert "At character 13: There is no flow 'nothing' that you may see." in page


def test_it_sends_earlier_addresses_to_the_query(as_bob: Client, job: Job) -> None:
    response = as_bob.get("/jobs/", {"status": "failed", "flow": "orders", "since": "2h", "q": "019a"})

    assert response["Location"] == "/jobs/?q=status%3Afailed+flow%3Aorders+since%3A2h+019a"


def test_it_keeps_the_query_in_each_link(as_bob: Client, job: Job) -> None:
    page = html(as_bob, "/jobs/", q="flow:orders status:pending")

    assert 'href="?q=flow%3Aorders+status%3Afailed"' in page
    assert 'value="flow:orders status:pending"' in page


def test_it_looks_at_a_bounded_number_of_rows(
    as_bob: Client, orders: FlowPrototype, bob: User, failed: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "WINDOW", 3)
    for _ in range(4):
        rows.trigger(orders, bob)
    first = as_bob.get("/jobs/", {"q": "input.customer.id:42"})

    assert (list(first.context["jobs"]), first.context["window"] > 0) == ([], True)
    second = as_bob.get("/jobs/" + first.context["next"])
    assert [job.pk for job in second.context["jobs"]] == [failed.pk]


@given(st.text(alphabet="0123456789abcdefABCDEF-", max_size=40))
def test_it_makes_a_range_that_holds_each_id_with_that_beginning(beginning: str) -> None:
    bounds = id_range(beginning)
    digits = beginning.replace("-", "").lower()

    assert (bounds is None) == (len(digits) > 32 or bool(beginning and not digits))
    if bounds:
        assert all(bound.hex.startswith(digits) for bound in bounds)


@given(st.text(max_size=80))
def test_it_never_breaks_on_what_an_address_says(said: str) -> None:
    wanted: Any = sought(parse(said), Asker(user=1, now=timezone.now(), flows={}))

    assert wanted.sift(wanted.choose_from(Job.objects.all())) is not None
