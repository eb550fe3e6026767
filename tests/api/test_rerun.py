from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.models import Job
from templates_app import services
from tests.api.calls import pointers, post, refusal


def test_it_makes_a_new_job_with_the_same_input(as_bob: Client, job: Job) -> None:
    response = post(as_bob, f"jobs/{job.pk}/rerun", {"revision": "pinned"})

    made = Job.objects.exclude(pk=job.pk).get()
    assert (response.status_code, response["Location"]) == (202, f"http://testserver/api/v1/jobs/{made.pk}")
    assert (made.origin_id, made.entry, made.items.get().payload) == (job.pk, job.entry, {"n": 1})


@pytest.mark.parametrize("revision", ["pinned", "latest"])
def test_it_takes_another_input(as_bob: Client, job: Job, revision: str) -> None:
    post(as_bob, f"jobs/{job.pk}/rerun", {"revision": revision, "input": {"n": 2}})

    assert Job.objects.exclude(pk=job.pk).get().items.get().payload == {"n": 2}


def test_it_lays_overrides_over_the_latest(as_bob: Client, job: Job) -> None:
    post(as_bob, f"jobs/{job.pk}/rerun", {"revision": "latest", "overrides": {"settings": {"max_workers": 1}}})

    made = Job.objects.exclude(pk=job.pk).get()
    assert (made.revision.spec.max_workers, made.overrides) == (1, {"settings": {"max_workers": 1}})


@pytest.mark.parametrize(("revision", "number"), [("pinned", 1), ("latest", 2)])
def test_it_runs_the_revision_that_is_asked_for(as_bob: Client, job: Job, revision: str, number: int) -> None:
    document = {"nodes": {"first": {"routine": "test_pass"}}, "settings": {"entry": "first.input"}}
    services.update_flow(job.flow, document=document, version=1)

    body = post(as_bob, f"jobs/{job.pk}/rerun", {"revision": revision}).json()

    assert body["revision"]["number"] == number


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 400, "/revision"),
        ({"revision": "newest"}, 400, "/revision"),
        ({"revision": ["pinned"]}, 400, "/revision"),
        ({"revision": "pinned", "input": None}, 400, "/input"),
        ({"revision": "pinned", "input": {"n": -1}}, 422, "/input/n"),
        ({"revision": "pinned", "priority": 1}, 400, "/priority"),
        ({"revision": "pinned", "overrides": {"settings": {"max_workers": 1}}}, 422, "/overrides"),
        ({"revision": "latest", "overrides": {"settings": {"max_workers": 0}}}, 400, "/overrides/settings/max_workers"),
        ({"revision": "latest", "overrides": [1]}, 400, "/overrides"),
    ],
)
def test_it_refuses_a_bad_body(as_bob: Client, job: Job, body: Any, status: int, pointer: str) -> None:
    response = post(as_bob, f"jobs/{job.pk}/rerun", body)

    assert (response.status_code, pointers(response)) == (status, [pointer])
    assert Job.objects.count() == 1


def test_it_refuses_who_may_not_trigger(as_bob: Client, bob: User, job: Job) -> None:
    bob.user_permissions.remove(*bob.user_permissions.filter(codename="trigger_flowprototype"))

    assert refusal(post(as_bob, f"jobs/{job.pk}/rerun", {"revision": "pinned"})) == (403, "permission-denied")
