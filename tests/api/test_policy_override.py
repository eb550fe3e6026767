"""What one job may set over a node's policy when it is triggered, and where a lock forbids it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from jobs.models import Job
from jobs.services import Launch, trigger
from templates_app import services
from templates_app.models import FlowPrototype
from templates_app.refusals import Refused
from tests.api.calls import post
from tests.engine import make_flow, results, run_jobs
from tests.runtime.flows import gather, spread

pytestmark = pytest.mark.usefixtures("ready", "engine")
OVERRIDES = {"nodes": {"g": {"policy": {"type": "batch_size", "min_batch_size": 3}}}}


@pytest.fixture
def flow(ready: None) -> FlowPrototype:
    return make_flow("batches", {"s": spread(6), "g": gather(2)}, ["s.output g.input"])


def counts(job: Job) -> Any:
    run_jobs()
    return [result["count"] for result in results(job)]


def test_it_runs_one_job_with_another_policy(as_bob: Client, flow: FlowPrototype) -> None:
    response = post(as_bob, "flows/batches/jobs", {"input": {}, "overrides": OVERRIDES})
    usual = trigger(flow=flow, launch=Launch(input={})).job

    assert counts(Job.objects.get(pk=response.json()["id"])) == [3, 3]
    assert counts(usual) == [2, 2, 2]


def test_it_does_the_same_from_python(flow: FlowPrototype) -> None:
    assert counts(trigger(flow=flow, launch=Launch(input={}, overrides=OVERRIDES)).job) == [3, 3]


def test_it_holds_one_job_at_a_breakpoint(flow: FlowPrototype) -> None:
    held = {"nodes": {"g": {"policy": {"type": "breakpoint"}}}}
    job = trigger(flow=flow, launch=Launch(input={}, overrides=held)).job

    assert job.breakpoints == ["g"]
    assert trigger(flow=flow, launch=Launch(input={})).job.breakpoints is None


def test_it_refuses_to_override_what_is_locked(flow: FlowPrototype) -> None:
    services.set_rule(flow, path="nodes.g.policy", rule={"locked": True})

    with pytest.raises(Refused, match=r"nodes\.g\.policy"):
        trigger(flow=flow, launch=Launch(input={}, overrides=OVERRIDES))


@pytest.mark.parametrize("policy", [{"type": "batch_size"}, {"type": "custom", "name": "no-such"}, {"type": "x"}])
def test_it_refuses_a_policy_that_is_none(flow: FlowPrototype, policy: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"nodes\.g\.policy"):
        trigger(flow=flow, launch=Launch(input={}, overrides={"nodes": {"g": {"policy": policy}}}))
