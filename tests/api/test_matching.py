"""Retry and cancel by a filter."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.access import create_token
from jobs.models import Job, JobEvent
from jobs.search import matching
from templates_app.models import FlowPrototype
from tests.api.calls import bearer, pointers, post, refusal
from tests.engine import make_flow, start
from tests.pages import rows


@pytest.fixture
def broken(orders: FlowPrototype, bob: User) -> list[Job]:
    return rows.failed(orders, bob)


def retry(client: Client, **body: Any) -> Any:
    return post(client, "jobs/retry", {"q": "status:failed flow:orders", **body})


def test_it_previews_without_doing_anything(as_bob: Client, broken: list[Job]) -> None:
    told = retry(as_bob, preview=True).json()

    assert (told["matched"], told["more"], told["newest"], told["done"]) == (3, False, str(broken[-1].pk), [])
    assert Job.objects.filter(status="failed").count() == 3


def test_it_does_it_with_actor_and_reason(as_bob: Client, broken: list[Job], bob: User) -> None:
    told = retry(as_bob, reason="The bank is back").json()

    assert told["done"] == [str(job.pk) for job in broken]
    assert JobEvent.objects.filter(kind="retried", actor=bob, reason="The bank is back").count() == 3


def test_it_leaves_out_what_came_after_the_preview(as_bob: Client, broken: list[Job]) -> None:
    assert retry(as_bob, newest=str(broken[1].pk)).json()["matched"] == 2
    assert list(Job.objects.filter(status="failed")) == [broken[2]]


def test_it_takes_a_bounded_number(as_bob: Client, broken: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MOST", 2)

    assert retry(as_bob).json()["more"]
    assert list(Job.objects.filter(status="failed")) == [broken[0]]


def test_it_cancels_too(as_bob: Client, job: Job) -> None:
    assert post(as_bob, "jobs/cancel", {"q": "is:unfinished"}).json()["done"] == [str(job.pk)]
    assert Job.objects.get().status == "cancelled"


@pytest.mark.parametrize("q", ["", "  ", "flow:nothing", "status:bogus"])
def test_it_refuses_what_is_no_filter(as_bob: Client, broken: list[Job], q: str) -> None:
    answer = retry(as_bob, q=q)

    assert (answer.status_code, pointers(answer)) == (400, ["/q"])
    assert Job.objects.filter(status="failed").count() == 3


def test_it_keeps_a_limited_token_to_its_flows(broken: list[Job], bob: User) -> None:
    start(make_flow("bills", {"a": "test_pass"}, entry="a.input"))
    client = bearer(create_token(user=bob, name="n", flow_names=["bills"]).text)

    assert refusal(retry(client)) == (400, "bad-filter")
    assert post(client, "jobs/cancel", {"q": "is:unfinished"}).json()["matched"] == 1


def test_it_needs_the_permission_of_the_verb(as_alice: Client, as_charlie: Client, broken: list[Job]) -> None:
    assert [retry(client).status_code for client in (as_alice, as_charlie)] == [403, 403]
    assert retry(as_charlie, newest=7).status_code == 403
