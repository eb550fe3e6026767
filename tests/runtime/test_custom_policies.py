"""Custom policies in jobs: they see what waits, remember, pass items over, and fail their node when they raise."""

from __future__ import annotations

from typing import Any

import pytest

from jobs import services
from jobs.models import Item, Job
from jobs.runtime.router import NOBODY
from jobs.states import JobStatus
from templates_app.models import FlowPrototype
from templates_app.refusals import Refused
from templates_app.spec import Port
from tests.engine import make_flow, results, run_jobs, start


def flow(policy: dict[str, Any], **settings: Any) -> FlowPrototype:
    nodes = {"g": {"routine": "test_gather", "policy": {"type": "custom", **policy}}}
    return make_flow("custom", nodes, entry="g.input", keep_open=True, **settings)


def posted(job: Job, *payloads: dict[str, Any]) -> Job:
    for payload in payloads:
        services.post_item(job=job, port=Port("g", "input"), payload=payload)
    run_jobs()
    job.refresh_from_db()
    return job


def test_it_decides_by_what_the_items_say_and_remembers() -> None:
    job = posted(start(flow({"name": "test_vip_first", "limit": 3}), n=0), {"n": 1}, {"vip": True}, {"vip": True})

    steps = job.activations.order_by("id").values_list("message", flat=True)
    assert list(steps) == [{"reason": "vip", "runs": 1}, {"reason": "vip", "runs": 2}]
    assert sorted(len(r["items"]) for r in results(job)) == [1, 3]


def test_it_keeps_items_that_were_passed_over_as_dropped() -> None:
    job = posted(start(flow({"name": "test_newest"}), n=0), {"n": 1}, {"n": 2})
    services.close(job=job)
    run_jobs()

    assert [r["items"] for r in results(job)] == [[{"n": 2}]]
    assert [item.payload for item in Item.objects.filter(job=job, consumed_by_id=NOBODY)] == [{"n": 0}, {"n": 1}]


def test_it_fails_the_job_when_it_raises_and_says_where_and_what_to_do() -> None:
    job = posted(start(flow({"name": "test_vip_first"}), n=0), {"wrong": 1})

    assert (job.status, job.error_node) == (JobStatus.FAILED, "g")
    assert "raised LookupError: this item is wrong; mend the policy and retry the job" in job.error_summary
    assert "vip_first" in job.events.get(kind="policy_failed").data["traceback"]


@pytest.mark.parametrize(("how", "why"), [("hangs", "it took longer than 0.2 s"), ("leaves", "it raised SystemExit")])
def test_it_fails_the_job_of_a_policy_that_does_not_come_back_and_no_other(
    monkeypatch: pytest.MonkeyPatch, how: str, why: str
) -> None:
    monkeypatch.setattr("templates_app.routines.custom.SECONDS", 0.2)
    nodes = {"a": "test_pass", "g": {"routine": "test_gather", "policy": {"type": "custom", "name": "test_vip_first"}}}
    chain = make_flow("chain", nodes, ["a.output g.input"])
    bad, good = start(chain, **{how: True}), start(chain, vip=True)
    run_jobs()
    bad.refresh_from_db()

    assert (bad.status, bad.error_node, why in bad.error_summary) == (JobStatus.FAILED, "g", True)
    assert len(results(good)) == 1


def test_it_fails_a_job_at_birth_that_is_accepted_nevertheless() -> None:
    job = start(flow({"name": "test_vip_first"}), wrong=1)

    assert (job.status, job.items.count()) == (JobStatus.FAILED, 1)
    assert list(job.events.values_list("kind", flat=True)) == ["triggered", "policy_failed", "failed"]


def test_it_fails_while_a_step_is_committed() -> None:
    nodes = {"a": "test_pass", "g": {"routine": "test_gather", "policy": {"type": "custom", "name": "test_vip_first"}}}
    job = start(make_flow("chain", nodes, ["a.output g.input"]), wrong=1)
    run_jobs()
    job.refresh_from_db()

    assert (job.status, job.error_node, job.activations.get().status) == (JobStatus.FAILED, "g", "completed")


def test_it_goes_on_after_the_policy_was_mended() -> None:
    job = start(flow({"name": "test_vip_first"}), wrong=1)
    Item.objects.filter(job=job).update(payload={"vip": True})

    services.retry(job=job)
    run_jobs()

    assert [len(r["items"]) for r in results(job)] == [1]


def test_it_lets_the_job_go_on_when_the_error_handler_says_so() -> None:
    forgiving = flow({"name": "test_vip_first"}, error_handler={"strategy": "continue"})
    job = posted(start(forgiving, wrong=1), {"vip": True})

    assert job.status == JobStatus.RUNNING
    assert [len(r["items"]) for r in results(job)] == [2]


def test_it_refuses_a_name_that_is_not_registered() -> None:
    with pytest.raises(Refused, match=r"nodes\.g\.policy\.name: No policy is registered as"):
        flow({"name": "no-such"})
