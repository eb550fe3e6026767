"""`Prefer: wait=10`: the finished job in the answer, if it ends in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import Client

from jobs.api import waiting
from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.api.calls import get, post
from tests.engine import run_jobs

JOBS = "flows/orders/jobs"
INPUT = {"input": {"n": 1}}


@pytest.fixture
def worker(ready: None) -> Iterator[None]:
    """Runs the job that comes next."""

    def work() -> None:
        deadline = time.monotonic() + 10
        while not Job.objects.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        run_jobs()
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join()


def test_it_answers_with_the_finished_job(worker: None, as_bob: Client, orders: FlowPrototype) -> None:
    response = post(as_bob, JOBS, INPUT, prefer="respond-async, wait=10")

    body = response.json()
    assert (response.status_code, body["status"], response["Preference-Applied"]) == (200, "completed", "wait=10")
    assert body == get(as_bob, f"jobs/{body['id']}").json()
    assert response["Location"].endswith(body["id"]) and "Retry-After" not in response


def test_it_answers_202_when_the_time_is_over(as_bob: Client, orders: FlowPrototype) -> None:
    started = time.monotonic()

    response = post(as_bob, JOBS, INPUT, prefer="wait=1")

    assert (response.status_code, response.json()["status"], response["Retry-After"]) == (202, "pending", "1")
    assert 0.9 < time.monotonic() - started < 5


def test_it_does_not_wait_when_enough_callers_do(
    as_bob: Client, orders: FlowPrototype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_seats", threading.BoundedSemaphore(1))
    waiting._seats.acquire()
    started = time.monotonic()

    assert post(as_bob, JOBS, INPUT, prefer="wait=10").status_code == 202
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=3", 3),
        ("WAIT = 3", 3),
        ('respond-async; wait="3"', 3),
        ("wait=999999", waiting.LONGEST),
        ("wait=0", 0),
        ("", None),
        ("wait", None),
        ("wait=-1", None),
        ("wait=1e9", None),
        ("await=3", None),
        ("wait=99999999999", None),
        ("wait=٣", None),
    ],
)
def test_it_waits_as_long_as_asked_within_bounds(header: str, seconds: float | None) -> None:
    assert waiting.seconds_asked(header) == seconds


def test_it_ignores_what_is_no_preference(as_bob: Client, orders: FlowPrototype) -> None:
    assert post(as_bob, JOBS, INPUT, prefer="wait=soon").status_code == 202
