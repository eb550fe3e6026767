"""Items posted to an open job, and closing it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from jobs.models import Job
from tests.api.calls import get, pointers, post, refusal
from tests.engine import make_flow, run_flow, run_jobs

pytestmark = pytest.mark.usefixtures("ready")


@pytest.fixture
def mailbox(ready: None) -> Job:
    return run_flow(make_flow("mailbox", {"a": "test_pass"}, keep_open=True), n=1)


def test_it_takes_items_until_it_is_closed(as_bob: Client, mailbox: Job) -> None:
    posted = post(as_bob, f"jobs/{mailbox.pk}/items", {"slot": "a.input", "payload": {"n": 2}})
    run_jobs()
    closed = post(as_bob, f"jobs/{mailbox.pk}/close")

    assert (posted.status_code, closed.status_code) == (202, 202)
    body = get(as_bob, f"jobs/{mailbox.pk}").json()
    assert (body["status"], [item["n"] for item in body["result"]["a.output"]]) == ("completed", [1, 2])


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 400, "/payload"),
        ({"slot": "a.input"}, 400, "/payload"),
        ({"slot": "a", "payload": {}}, 400, "/slot"),
        ({"slot": "a.nope", "payload": {}}, 400, "/slot"),
        ({"slot": "b.input", "payload": {}}, 400, "/slot"),
        ({"slot": 5, "payload": {}}, 400, "/slot"),
        ({"slot": "a.input", "payload": [1]}, 422, "/payload"),
        ({"slot": "a.input", "payload": {}, "node": "a"}, 400, "/node"),
    ],
)
def test_it_refuses_what_is_no_item(as_bob: Client, mailbox: Job, body: Any, status: int, pointer: str) -> None:
    response = post(as_bob, f"jobs/{mailbox.pk}/items", body)

    assert response.status_code == status
    assert pointer in pointers(response)


def test_it_takes_none_after_the_end(as_bob: Client, mailbox: Job) -> None:
    post(as_bob, f"jobs/{mailbox.pk}/close")

    item = {"slot": "a.input", "payload": {}}
    assert refusal(post(as_bob, f"jobs/{mailbox.pk}/items", item)) == (409, "wrong-state")
    assert refusal(post(as_bob, f"jobs/{mailbox.pk}/close")) == (409, "wrong-state")


def test_it_needs_no_closing_when_it_was_not_open(as_bob: Client, ready: None) -> None:
    job = run_flow(make_flow("one", {"a": "test_pass"}), n=1)

    assert refusal(post(as_bob, f"jobs/{job.pk}/close")) == (409, "wrong-state")
