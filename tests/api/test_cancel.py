from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs import services
from jobs.models import Job
from tests.api.calls import pointers, post, refusal


def test_it_cancels_a_job_and_keeps_the_reason(as_bob: Client, job: Job) -> None:
    response = post(as_bob, f"jobs/{job.pk}/cancel", {"reason": "Wrong file"})

    assert (response.status_code, response.json()["status"]) == (202, "cancelled")
    assert job.events.get(kind="cancelled").reason == "Wrong file"
    assert job.activations.get().status == "cancelled"


def test_it_needs_no_body(as_bob: Client, job: Job) -> None:
    assert as_bob.generic("POST", f"/api/v1/jobs/{job.pk}/cancel").status_code == 202


def test_it_refuses_to_cancel_twice(as_bob: Client, job: Job) -> None:
    post(as_bob, f"jobs/{job.pk}/cancel")

    response = post(as_bob, f"jobs/{job.pk}/cancel")

    assert refusal(response) == (409, "wrong-state")
    assert "The job is cancelled: it" in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"reason": 5}, "/reason"), ({"reason": "x" * 501}, "/reason"), ({"why": "x"}, "/why"), ([], "")],
)
def test_it_refuses_a_bad_body(as_bob: Client, job: Job, body: Any, pointer: str) -> None:
    response = post(as_bob, f"jobs/{job.pk}/cancel", body)

    assert (response.status_code, pointers(response)) == (400, [pointer])
    assert Job.objects.get().status == "pending"


def test_it_hides_the_job_of_a_stranger_who_may_cancel(as_alice: Client, alice: User, job: Job, bob: User) -> None:
    alice.user_permissions.add(*bob.user_permissions.filter(codename="cancel_job"))

    assert refusal(post(as_alice, f"jobs/{job.pk}/cancel")) == (404, "not-found")


def test_it_refuses_who_may_only_trigger(as_alice: Client, alice: User, job: Job) -> None:
    own = services.trigger(flow=job.flow, launch=services.Launch(input={"n": 1}), actor=alice).job

    assert refusal(post(as_alice, f"jobs/{own.pk}/cancel")) == (403, "permission-denied")
