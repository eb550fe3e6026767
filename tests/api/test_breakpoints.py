"""Breakpoints and decisions over REST."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.models import Job
from tests.api.calls import get, pointers, post, refusal
from tests.engine import make_flow, run_session, start

pytestmark = pytest.mark.usefixtures("ready", "engine")


@pytest.fixture
def held(ready: None) -> Job:
    job = start(make_flow("held", {"a": {"routine": "test_pass", "policy": {"type": "breakpoint"}}}), n=1)
    run_session()
    return job


@pytest.fixture
def asking(ready: None) -> Job:
    job = start(make_flow("asking", {"ok": "approval"}), n=1)
    run_session()
    return job


def ended(client: Client, job: Job) -> Any:
    run_session()
    body = get(client, f"jobs/{job.pk}").json()
    return body["status"], body["result"]


def test_it_lets_a_held_step_go(as_bob: Client, held: Job) -> None:
    response = post(as_bob, f"jobs/{held.pk}/release-step", {"node": "a", "reason": "Fine"})

    assert response.status_code == 202
    assert ended(as_bob, held) == ("completed", {"a.output": [{"n": 1, "trail": ["a"]}]})
    assert held.events.get(kind="step_released").reason == "Fine"


def test_it_sets_and_clears_a_breakpoint(as_bob: Client, held: Job) -> None:
    assert post(as_bob, f"jobs/{held.pk}/clear-breakpoint", {"node": "a"}).status_code == 202
    assert post(as_bob, f"jobs/{held.pk}/set-breakpoint", {"node": "a"}).status_code == 202

    assert refusal(post(as_bob, f"jobs/{held.pk}/set-breakpoint", {"node": "a"})) == (409, "wrong-state")
    assert pointers(post(as_bob, f"jobs/{held.pk}/set-breakpoint", {"node": "x"})) == ["/node"]


def test_it_edits_and_drops_an_item(as_bob: Client, held: Job) -> None:
    place = f"jobs/{held.pk}/items/{held.items.get().pk}"

    assert post(as_bob, f"{place}/edit", {"payload": {"n": 2}}).status_code == 202
    assert held.items.get().payload == {"n": 2}
    assert post(as_bob, f"{place}/drop").status_code == 202
    assert ended(as_bob, held) == ("completed", {})


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [({}, 400, "/payload"), ({"payload": 5}, 422, "/payload"), ({"payload": {}, "x": 1}, 400, "/x")],
)
def test_it_refuses_a_payload_that_is_none(as_bob: Client, held: Job, body: Any, status: int, pointer: str) -> None:
    response = post(as_bob, f"jobs/{held.pk}/items/{held.items.get().pk}/edit", body)

    assert (response.status_code, pointers(response)) == (status, [pointer])


def test_it_takes_a_decision_once(as_bob: Client, asking: Job) -> None:
    place = f"jobs/{asking.pk}/steps/{asking.activations.get().pk}/decide"

    assert post(as_bob, place, {"approved": False, "comment": "Too dear"}).status_code == 202
    assert refusal(post(as_bob, place, {"approved": True})) == (409, "wrong-state")
    status, result = ended(as_bob, asking)
    assert (status, result["ok.rejected"][0]["decision"]["comment"]) == ("completed", "Too dear")


@pytest.mark.parametrize("approved", [None, 1, "yes"])
def test_it_takes_only_yes_or_no(as_bob: Client, asking: Job, approved: Any) -> None:
    response = post(as_bob, f"jobs/{asking.pk}/steps/{asking.activations.get().pk}/decide", {"approved": approved})

    assert (response.status_code, pointers(response)) == (400, ["/approved"])


def test_it_asks_for_the_permission_to_decide(as_bob: Client, bob: User, asking: Job) -> None:
    bob.user_permissions.remove(*bob.user_permissions.filter(codename="decide_job"))

    response = post(as_bob, f"jobs/{asking.pk}/steps/{asking.activations.get().pk}/decide", {"approved": True})

    assert refusal(response) == (403, "permission-denied")
