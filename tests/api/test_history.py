"""Why it failed, two jobs side by side, and failures by kind."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.access import create_token
from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.api.calls import bearer, get, pointers, refusal
from tests.engine import make_flow
from tests.pages import rows


@pytest.fixture
def good(orders: FlowPrototype, bob: User) -> Job:
    job = rows.trigger(orders, bob, {"n": 1, "customer": "7"})
    rows.emitted(rows.step(job, "second"), {"total": 3})
    return rows.end(job, "completed")


@pytest.fixture
def bad(good: Job, orders: FlowPrototype, bob: User) -> Job:
    job = rows.trigger(orders, bob, {"n": 2, "customer": 7})
    rows.fail(job)
    Job.objects.filter(pk=job.pk).update(fingerprint="0123456789abcdef")
    return job


def test_it_says_why_a_job_failed_now(as_bob: Client, good: Job, bad: Job) -> None:
    told = get(as_bob, f"jobs/{bad.pk}/why").json()

    assert (told["last_good"]["id"], told["first_alike"]) == (str(good.pk), str(bad.pk))
    assert told["suspects"][0]["sentence"] == "The input has number at ‘customer’, where it had text."
    assert told["input_values"] == [{"path": "n", "kind": "changed", "before": 1, "after": 2}]


def test_it_explains_failed_jobs_only(as_bob: Client, as_charlie: Client, good: Job) -> None:
    assert refusal(get(as_bob, f"jobs/{good.pk}/why")) == (409, "wrong-state")
    assert get(as_charlie, f"jobs/{good.pk}/why").status_code == 403


def test_it_explains_without_a_good_job_too(as_bob: Client, job: Job) -> None:
    rows.fail(job)
    told = get(as_bob, f"jobs/{job.pk}/why").json()

    assert (told["last_good"], told["suspects"], told["code"]) == (None, [], {})


def test_it_compares_two_jobs(as_bob: Client, good: Job, bad: Job) -> None:
    told = get(as_bob, f"jobs/compare?a={good.pk}&b={bad.pk}").json()

    assert [told[side]["status"] for side in "ab"] == ["completed", "failed"]
    assert [change["path"] for change in told["input"]["changes"]] == ["customer", "n"]
    assert told["result"]["changes"] == [
        {"path": "second", "kind": "removed", "before": {"output": [{"total": 3}]}},
    ]


def test_it_compares_what_the_caller_may_see(as_bob: Client, bob: User, good: Job, bad: Job) -> None:
    make_flow("bills", {"a": "test_pass"}, entry="a.input")
    client = bearer(create_token(user=bob, name="n", flow_names=["bills"]).text)

    assert refusal(get(client, f"jobs/compare?a={good.pk}&b={bad.pk}")) == (404, "not-found")
    assert pointers(get(as_bob, f"jobs/compare?a={good.pk}")) == ["/b"]


def test_it_groups_failures(as_bob: Client, good: Job, bad: Job) -> None:
    told = get(as_bob, "jobs/failures?q=flow:orders").json()

    assert [(group["flow"], group["jobs"], group["newest"]) for group in told["groups"]] == [("orders", 1, str(bad.pk))]
    assert get(as_bob, "jobs/failures?q=input.n:1").json()["groups"] == []
    assert pointers(get(as_bob, "jobs/failures?q=flow:nope")) == ["/q"]


def test_it_groups_what_the_caller_may_see(as_bob: Client, bob: User, bad: Job) -> None:
    make_flow("bills", {"a": "test_pass"}, entry="a.input")
    client = bearer(create_token(user=bob, name="n", flow_names=["bills"]).text)

    assert get(client, "jobs/failures").json() == {"jobs": 0, "is_capped": False, "groups": []}
