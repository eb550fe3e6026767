"""Retry of a failed job, skip of its failed step, output supplied in its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from jobs.models import Job
from tests.api.calls import get, pointers, post, refusal
from tests.engine import make_flow, run_flow, run_jobs
from tests.flows import switch

pytestmark = pytest.mark.usefixtures("ready")


@pytest.fixture(autouse=True)
def broken() -> Iterator[None]:
    switch.broken = True
    yield
    switch.broken = True


@pytest.fixture
def failed(ready: None) -> Job:
    wires = ["a.output b.input", "b.output c.input"]
    return run_flow(make_flow("chain", {"a": "test_pass", "b": "test_switch", "c": "test_pass"}, wires), n=1)


def step(job: Job, node: str = "b") -> str:
    return f"jobs/{job.pk}/steps/{job.activations.get(node=node).pk}"


def result(client: Client, job: Job) -> Any:
    run_jobs()
    body = get(client, f"jobs/{job.pk}").json()
    return body["status"], [item["trail"] for items in body["result"].values() for item in items]


def test_it_retries_from_where_it_failed(as_bob: Client, failed: Job) -> None:
    switch.broken = False

    response = post(as_bob, f"jobs/{failed.pk}/retry", {"reason": "The service is back"})

    assert (response.status_code, response.json()["status"]) == (202, "running")
    assert result(as_bob, failed) == ("completed", [["a", "b", "c"]])


def test_it_skips_a_failed_step(as_bob: Client, failed: Job) -> None:
    assert post(as_bob, f"{step(failed)}/skip", {"reason": "Not needed"}).status_code == 202

    assert result(as_bob, failed) == ("completed", [])
    assert get(as_bob, step(failed)).json()["status"] == "skipped"


def test_it_goes_on_with_supplied_output(as_bob: Client, failed: Job) -> None:
    outputs = [{"event": "output", "payload": {"trail": ["by hand"]}}]

    assert post(as_bob, f"{step(failed)}/output", {"outputs": outputs, "reason": "Looked up"}).status_code == 202
    assert result(as_bob, failed) == ("completed", [["by hand", "c"]])
    assert failed.events.get(kind="output_supplied").reason == "Looked up"


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 400, "/outputs"),
        ({"outputs": {}}, 400, "/outputs"),
        ({"outputs": [{"event": "output"}]}, 400, "/outputs/0/payload"),
        ({"outputs": [{"event": "output", "payload": {}, "to": "c"}]}, 400, "/outputs/0/to"),
        ({"outputs": [{"event": "nope", "payload": {}}]}, 422, "/outputs/0"),
        ({"outputs": [{"event": "output", "payload": 5}]}, 422, "/outputs/0"),
    ],
)
def test_it_refuses_what_the_step_could_not_send(
    as_bob: Client, failed: Job, body: Any, status: int, pointer: str
) -> None:
    response = post(as_bob, f"{step(failed)}/output", body)

    assert (response.status_code, pointers(response)) == (status, [pointer])
    assert get(as_bob, f"jobs/{failed.pk}").json()["status"] == "failed"


def test_it_mends_only_a_failed_step(as_bob: Client, failed: Job) -> None:
    assert refusal(post(as_bob, f"{step(failed, 'a')}/skip")) == (409, "wrong-state")
    assert refusal(post(as_bob, f"jobs/{failed.pk}/steps/{2**70}/skip")) == (404, "not-found")
    assert refusal(post(as_bob, f"jobs/{failed.pk}/steps/0/output", {"outputs": []})) == (404, "not-found")


def test_it_retries_nothing_that_has_completed(as_bob: Client, ready: None) -> None:
    job = run_flow(make_flow("one", {"a": "test_pass"}), n=1)

    assert refusal(post(as_bob, f"jobs/{job.pk}/retry")) == (409, "wrong-state")
