"""Rates that hold for a caller, whichever process answers. A rate of so many a day does not drain while a test runs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from jobs import throttling
from jobs.access import create_token
from jobs.models import Bucket, Job
from jobs.runtime.store import throttle
from jobs.runtime.store.link import django_link
from templates_app.models import FlowPrototype
from tests.api.calls import bearer, get, post, refusal

DAY = 24 * 3600
BODY = {"input": {"n": 1}}


@pytest.fixture
def two_a_day(settings: Any) -> None:
    settings.THROTTLES = dict.fromkeys(("trigger", "read", "write", "anonymous", "login"), (2, DAY))


@pytest.mark.usefixtures("two_a_day")
def test_it_refuses_what_is_too_much(as_bob: Client, orders: FlowPrototype) -> None:
    answers = [post(as_bob, "flows/orders/jobs", BODY) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert refusal(answers[2]) == (429, "too-many-requests")
    assert 1 <= int(answers[2]["Retry-After"]) <= DAY / 2


@pytest.mark.usefixtures("two_a_day")
def test_it_says_what_is_left(as_bob: Client, orders: FlowPrototype) -> None:
    answers = [get(as_bob, "flows") for _ in range(3)]

    assert {answer["RateLimit-Policy"] for answer in answers} == {f'"read";q=2;w={DAY}'}
    assert [answer["RateLimit"].partition(";t")[0] for answer in answers] == ['"read";r=1', '"read";r=0', '"read";r=0']


@pytest.mark.usefixtures("two_a_day")
def test_it_counts_each_token_and_each_rate_by_itself(bob: User, orders: FlowPrototype) -> None:
    one, other = (bearer(create_token(user=bob, name="n").text) for _ in range(2))
    for _ in range(3):
        post(one, "flows/orders/jobs", BODY)

    assert post(other, "flows/orders/jobs", BODY).status_code == 202
    assert get(one, "flows").status_code == 200


@pytest.mark.usefixtures("two_a_day")
def test_it_counts_the_jobs_of_a_bulk(as_bob: Client, orders: FlowPrototype) -> None:
    job = {"flow": "orders", **BODY}

    answers = [post(as_bob, "jobs/bulk", {"jobs": [job] * count}) for count in (2, 1)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert Job.objects.count() == 2


@pytest.mark.usefixtures("two_a_day", "db")
@pytest.mark.parametrize("token", ["", "rtx_aaaaaaaa_" + "b" * 40])
def test_it_counts_strangers_by_address(token: str) -> None:
    client = bearer(token) if token else Client()

    assert [get(client, "flows").status_code for _ in range(3)] == [401, 401, 429]
    assert client.get("/api/v1/flows", REMOTE_ADDR="198.51.100.7").status_code == 401


@pytest.mark.usefixtures("two_a_day", "db")
@pytest.mark.parametrize("page", ["/login/", "/admin/login/"])
def test_it_bounds_guesses_of_passwords(client: Client, page: str) -> None:
    answers = [client.post(page, {"username": "alice", "password": "x"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert client.get(page).status_code == 200


@pytest.mark.usefixtures("two_a_day", "db")
def test_it_bounds_guesses_at_a_name_from_many_addresses(client: Client) -> None:
    def guess(number: int) -> int:
        data = {"username": "ALICE"[: number % 2] + "alice"[number % 2 :], "password": "x"}
        return client.post("/login/", data, REMOTE_ADDR=f"198.51.100.{number}").status_code

    assert [guess(number) for number in range(11)] == [200] * 10 + [429]


@pytest.mark.usefixtures("two_a_day", "db")
def test_it_believes_a_proxy_that_is_trusted(client: Client, settings: Any) -> None:
    settings.TRUST_PROXY = True
    headers = [{"X-Forwarded-For": f"203.0.113.9, 2001:db8::{number}"} for number in range(3)]

    assert [client.get("/api/v1/flows", headers=each).status_code for each in headers] == [401, 401, 429]


def test_it_costs_a_trigger_one_statement(as_bob: Client, orders: FlowPrototype, settings: Any) -> None:
    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            post(as_bob, "flows/orders/jobs", BODY)
        return [query["sql"] for query in queries]

    statements()  # what a process keeps is kept now
    without = statements()
    settings.THROTTLES = {"trigger": (100, 60)}

    # Drawn on the connection itself, past Django's own count: nothing else may come with it.
    assert len(statements()) == len(without)
    assert Bucket.objects.count() == 1


def test_it_takes_empty_buckets_away(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "SWEEP_EVERY", 1)
    settings.THROTTLES = {"read": (10**9, 1), "write": (1, DAY)}

    throttling.draw("write", "full")
    throttling.draw("read", "empty at once")
    throttling.draw("read", "sweeps")

    assert Bucket.objects.count() <= 2


class Laws(TestCase):
    @given(st.lists(st.integers(1, 5), max_size=20), st.integers(1, 10))
    def test_it_never_lets_more_through_than_its_limit(self, counts: list[int], limit: int) -> None:
        bucket, link = uuid4(), django_link()

        draws = [(n, throttle.take(link, bucket, cost=n * DAY / limit, window=DAY)) for n in counts if n <= limit]

        assert sum(n for n, draw in draws if draw.wait is None) <= limit
        assert all(draw.wait is None or 0 < draw.wait <= DAY for _, draw in draws)
