"""Overrides at launch: for one job, within the rules of the flow."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from jobs.models import Job
from templates_app import services
from templates_app.models import FlowPrototype
from tests.api.calls import get, pointers, post, refusal

JOBS = "flows/report/jobs"


def trigger(client: Client, overrides: Any, **headers: str) -> Any:
    return post(client, JOBS, {"input": {}, "entry": "a.input", "overrides": overrides}, **headers)


def test_it_pins_the_job_to_a_revision_of_its_own(as_bob: Client, report: FlowPrototype) -> None:
    response = trigger(as_bob, {"settings": {"max_workers": 1}, "nodes": {"a": {"config": {"count": 1}}}})

    spec = Job.objects.get().revision.spec
    assert (response.status_code, spec.max_workers, spec.nodes["a"].config_text) == (202, 1, '{"count":1}')
    assert get(as_bob, "flows/report").json()["revision"]["number"] == 1


def test_it_heeds_locks(as_bob: Client, report: FlowPrototype) -> None:
    services.set_rule(report, path="nodes.a.config.count", rule={"locked": True})

    response = trigger(as_bob, {"nodes": {"a": {"config": {"count": 1}}}})

    assert (refusal(response), pointers(response)) == ((400, "invalid-template"), ["/overrides/nodes/a/config/count"])
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("overrides", "pointer"),
    [
        ({"settings": {"max_workers": 0}}, "/overrides/settings/max_workers"),
        ({"settings": {"entry": "zz.input"}}, "/overrides/settings/entry"),
        ({"nodes": {"a": {"config": {"count": "x"}}}}, "/overrides/nodes/a/config/count"),
        ({"nodes": {"zz": {"timeout": 1}}}, "/overrides/nodes/zz"),
        ({"connections": []}, "/overrides/connections"),
        ([1], "/overrides"),
        ("x", "/overrides"),
        (None, "/overrides"),
    ],
)
def test_it_refuses_bad_overrides_and_points_at_them(
    as_bob: Client, report: FlowPrototype, overrides: Any, pointer: str
) -> None:
    response = trigger(as_bob, overrides)

    assert (response.status_code, pointers(response)) == (400, [pointer])
    assert not Job.objects.exists()


def test_it_tells_another_request_by_its_overrides(as_bob: Client, report: FlowPrototype) -> None:
    first = trigger(as_bob, {"settings": {"max_workers": 1}}, idempotency_key="k")
    again = trigger(as_bob, {"settings": {"max_workers": 1}}, idempotency_key="k")
    other = trigger(as_bob, {"settings": {"max_workers": 2}}, idempotency_key="k")

    assert first.json() == again.json()
    assert refusal(other) == (422, "idempotency-key-reused")
