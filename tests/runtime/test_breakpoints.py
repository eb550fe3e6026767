"""A breakpoint holds steps with their items before they start; nothing is lost, and the job stays alive."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from jobs import services
from jobs.errors import BadInput, WrongState
from jobs.models import Item, Job
from jobs.states import JobStatus
from templates_app.spec import Port
from tests.engine import make_flow, results, run_session, start
from tests.runtime.flows import gather, spread

WIRES = ["a.output b.input", "b.output c.input"]


def held(count: int = 3, b: Any = None, **settings: Any) -> Job:
    """`a` sends `count` items to `b`, whose steps are held, and which sends them on to `c`."""
    b = b or {"routine": "test_pass", "policy": {"type": "breakpoint"}}
    job = start(make_flow("held", {"a": spread(count), "b": b, "c": "test_pass"}, WIRES, **settings))
    return ran(job)


def ran(job: Job) -> Job:
    run_session()
    job.refresh_from_db()
    return job


def statuses(job: Job, node: str = "b") -> list[str]:
    return list(job.activations.filter(node=node).order_by("id").values_list("status", flat=True))


@pytest.mark.parametrize("limit", [{}, {"max_workers": 1}, {"max_workers": 2}])
def test_it_holds_every_step_and_keeps_the_job_alive(limit: dict[str, Any]) -> None:
    job = held(**limit)

    assert statuses(job) == ["at_breakpoint"] * 3
    assert (job.status, job.open, results(job)) == (JobStatus.RUNNING, 3, [])


@pytest.mark.parametrize("limit", [{}, {"max_workers": 1}])
def test_it_lets_one_step_go_at_a_time_in_order(limit: dict[str, Any]) -> None:
    job = held(**limit)

    services.step(job=job, node="b")
    ran(job)

    assert statuses(job) == ["completed", "at_breakpoint", "at_breakpoint"]
    assert [r["n"] for r in results(job)] == [0]


def test_it_lets_all_go_and_holds_nothing_more(bob: User) -> None:
    job = held()

    services.clear_breakpoint(job=job, node="b", actor=bob, reason="Looks right")
    ran(job)

    event = job.events.get(kind="breakpoint_cleared")
    assert (job.status, sorted(r["n"] for r in results(job))) == (JobStatus.COMPLETED, [0, 1, 2])
    assert (event.actor, event.reason, event.data) == (bob, "Looks right", {"node": "b", "released": 3})


def test_it_tells_logic_why_it_ran() -> None:
    job = held(1, {"routine": "test_gather", "policy": {"type": "breakpoint"}})

    services.step(job=job, node="b")
    ran(job)

    assert [r["reason"] for r in results(job)] == ["breakpoint"]


def test_it_holds_the_steps_of_any_policy_of_a_job_under_way() -> None:
    flow = make_flow("open", {"g": gather(2)}, keep_open=True)
    job = services.trigger(flow=flow, launch=services.Launch(input=None)).job
    services.set_breakpoint(job=job, node="g")
    for number in range(5):
        services.post_item(job=job, port=Port("g", "input"), payload={"n": number})
    services.close(job=job)

    assert statuses(ran(job), "g") == ["at_breakpoint"] * 2
    services.clear_breakpoint(job=job, node="g")
    ran(job)
    assert [(r["count"], r["reason"]) for r in results(job)] == [(2, "batch_ready"), (2, "batch_ready"), (1, "drained")]


def test_it_holds_steps_that_wait_for_a_worker_when_it_is_set() -> None:
    job = start(make_flow("ready", {"a": "test_pure_pass", "b": "test_pure_pass"}, ["a.output b.input"]), n=1)

    services.set_breakpoint(job=job, node="a")
    services.set_breakpoint(job=job, node="b")
    assert statuses(ran(job), "a") == ["at_breakpoint"]
    services.step(job=job, node="a")

    assert statuses(ran(job)) == ["at_breakpoint"]


def test_it_sets_a_breakpoint_for_one_job_alone() -> None:
    flow = make_flow("two", {"a": "test_pass"})
    one, other = start(flow), start(flow)
    services.set_breakpoint(job=one, node="a")

    assert (ran(one).status, ran(other).status) == (JobStatus.PENDING, JobStatus.COMPLETED)


def test_it_edits_an_item_and_keeps_what_it_was(bob: User) -> None:
    job = held(1)
    item = Item.objects.get(job=job, node="b")

    services.edit_item(job=job, item=item, payload={"n": 99}, actor=bob, reason="A typo")
    services.clear_breakpoint(job=job, node="b")
    ran(job)

    assert [r["n"] for r in results(job)] == [99]
    told = {"item": item.pk, "slot": "b.input", "old": {"n": 0}, "new": {"n": 99}}
    assert job.events.get(kind="item_edited").data == told


def test_it_drops_items_and_completes_when_none_is_left() -> None:
    job = held(2)
    for item in Item.objects.filter(job=job, node="b"):
        services.drop_item(job=job, item=item)
    ran(job)

    assert (job.status, statuses(job), results(job)) == (JobStatus.COMPLETED, ["skipped"] * 2, [])
    assert [event.data["old"] for event in job.events.filter(kind="item_dropped")] == [{"n": 0}, {"n": 1}]


def test_it_changes_nothing_that_a_step_has_begun_to_work_on() -> None:
    job = held(1)
    item = Item.objects.get(job=job, node="b")
    services.clear_breakpoint(job=job, node="b")
    ran(job)

    with pytest.raises(WrongState, match="completed"):
        services.drop_item(job=job, item=item)


def test_it_keeps_what_is_held_over_pause_resume_cancel_and_retry() -> None:
    job = held(2)
    services.pause(job=job)
    services.step(job=job, node="b")
    assert statuses(ran(job)) == ["held", "at_breakpoint"]
    services.resume(job=job)
    assert statuses(ran(job)) == ["completed", "at_breakpoint"]

    services.cancel(job=job)
    services.retry(job=job)

    assert statuses(ran(job)) == ["completed", "at_breakpoint"]


def test_it_refuses_nodes_that_are_not_there_and_breakpoints_that_are() -> None:
    job = held(1)
    with pytest.raises(BadInput, match=r"no node 'x'\. Its nodes: a, b, c"):
        services.set_breakpoint(job=job, node="x")
    with pytest.raises(WrongState, match="a breakpoint at b already"):
        services.set_breakpoint(job=job, node="b")
    with pytest.raises(WrongState, match="No step waits at a breakpoint at a"):
        services.step(job=job, node="a")


def test_it_gives_the_lane_of_a_step_that_it_holds_to_the_next() -> None:
    nodes = {"a": "test_pass", "b": "test_pass"}
    job = start(make_flow("lanes", nodes, keep_open=True, max_workers=1, entry="a.input"))
    services.post_item(job=job, port=Port("b", "input"), payload={})
    assert statuses(job) == ["waiting"]

    services.set_breakpoint(job=job, node="a")

    assert (statuses(job, "a"), statuses(job)) == (["at_breakpoint"], ["ready"])
