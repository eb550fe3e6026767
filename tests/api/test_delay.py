from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from jobs.models import Job
from tests.api.calls import get, post
from tests.engine import make_flow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _flow(db: None) -> None:
    make_flow("orders", {"first": "test_pass"})


def test_it_starts_a_job_later(as_bob: Client) -> None:
    moment = "2026-12-24T06:00:00+01:00"
    answer = post(as_bob, "flows/orders/jobs", {"input": {}, "start_at": moment})
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")

    job = get(as_bob, f"jobs/{answer.json()['id']}").json()
    assert (job["status"], job["start_at"]) == ("queued", "2026-12-24T05:00:00Z")


def test_it_takes_the_same_delay_for_the_same_request(as_bob: Client) -> None:
    body = {"input": {}, "delay": 60}
    first, second = (post(as_bob, "flows/orders/jobs", body, idempotency_key="k") for _ in range(2))
    other = post(as_bob, "flows/orders/jobs", {**body, "delay": 61}, idempotency_key="k")

    assert (first.json(), other.status_code) == (second.json(), 422)
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"start_at": "2026-11-24T06:00:00"},
        {"start_at": 5},
        {"start_at": "tomorrow"},
        {"start_at": "2026-13-24T06:00:00Z"},
        {"start_at": "2199-11-24T06:00:00Z"},
        {"delay": -1},
        {"delay": "5"},
        {"delay": True},
        {"delay": 1e300},
        {"delay": 1, "start_at": "2026-12-24T06:00:00Z"},
    ],
)
def test_it_refuses_a_time_that_cannot_be_meant(as_bob: Client, asked: dict[str, Any]) -> None:
    answer = post(as_bob, "flows/orders/jobs", {"input": {}, **asked})

    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["pointer"] in {f"/{field}" for field in asked}
    assert not Job.objects.exists()
