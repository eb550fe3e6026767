from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs import services
from jobs.models import Job
from tests.api.calls import get, pointers, post, refusal

VERBS = ["pause", "resume", "retry", "items", "close", "rerun", "steps/1/skip", "steps/1/output"]


def test_it_pauses_and_resumes_and_keeps_the_reasons(as_bob: Client, job: Job) -> None:
    paused = post(as_bob, f"jobs/{job.pk}/pause", {"reason": "The bank is closed"})
    assert (paused.status_code, paused.json()["status"]) == (202, "paused")

    resumed = post(as_bob, f"jobs/{job.pk}/resume", {"reason": "It is open"})

    assert (resumed.status_code, resumed.json()["status"]) == (202, "pending")
    events = get(as_bob, f"jobs/{job.pk}/events").json()["results"]
    assert [(event["kind"], event["actor"]) for event in events][1:] == [("paused", "bob"), ("resumed", "bob")]


def test_it_refuses_the_wrong_state(as_bob: Client, job: Job) -> None:
    assert refusal(post(as_bob, f"jobs/{job.pk}/resume")) == (409, "wrong-state")
    post(as_bob, f"jobs/{job.pk}/pause")
    assert refusal(post(as_bob, f"jobs/{job.pk}/pause")) == (409, "wrong-state")


@pytest.mark.parametrize("verb", ["pause", "resume", "retry"])
@pytest.mark.parametrize(
    ("body", "pointer"), [({"reason": 5}, "/reason"), ({"reason": "x" * 501}, "/reason"), ({"x": 1}, "/x"), ([], "")]
)
def test_it_refuses_a_bad_body(as_bob: Client, job: Job, verb: str, body: Any, pointer: str) -> None:
    response = post(as_bob, f"jobs/{job.pk}/{verb}", body)

    assert (response.status_code, pointers(response)) == (400, [pointer])


@pytest.mark.parametrize("verb", ["pause", "resume", "retry", "items", "close"])
def test_it_refuses_who_may_only_trigger(as_alice: Client, alice: User, job: Job, verb: str) -> None:
    own = services.trigger(flow=job.flow, launch=services.Launch(input={"n": 1}), actor=alice).job

    assert refusal(post(as_alice, f"jobs/{own.pk}/{verb}")) == (403, "permission-denied")


@pytest.mark.parametrize(
    "verb", ["pause", "resume", "retry", "items", "close", "rerun", "steps/1/skip", "steps/1/output"]
)
def test_it_hides_the_job_of_a_stranger(as_alice: Client, alice: User, bob: User, job: Job, verb: str) -> None:
    alice.user_permissions.add(*bob.user_permissions.filter(codename="control_job"))

    assert refusal(post(as_alice, f"jobs/{job.pk}/{verb}")) == (404, "not-found")
