"""One commit of many steps: each has its own rows and its own fence, however the statement is planned."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from jobs.models import Activation, Item, Job, StepLog
from jobs.runtime.store.commit import Batch, Written, commit
from jobs.runtime.store.link import open_link
from routilux_site.lib.ids import uuid7
from tests.engine import make_flow, start

ME = uuid7()


@pytest.fixture
def jobs() -> list[Job]:
    """Three that run, each with a step of mine."""
    flow = make_flow("one", {"a": "test_pass"})
    jobs = [start(flow, n=n) for n in range(3)]
    Job.objects.update(status="running")
    Activation.objects.update(status="running", session_id=ME, attempt=1)
    return jobs


def step_of(job: Job) -> int:
    return Activation.objects.filter(job=job).earliest("id").pk


def finished(job: Job) -> dict[str, Any]:
    common = {"attempt": 1, "status": "completed", "errors": 0, "summary": "", "delta": 1, "delay": None}
    return {**common, "id": step_of(job), "job_id": str(job.pk)}


def item(root: int, **more: Any) -> dict[str, Any]:
    return {"root": root, "source_node": "a", "event": "output", "node": "", "slot": "", "payload": {}, **more}


def written(batch: Batch, session: UUID = ME) -> Written:
    with open_link("test") as link:
        return commit(link, batch, session=session)


def rows_of(job: Job) -> tuple[list[str], list[int], int]:
    """Statuses of its steps beside the first, to which step of the commit its results belong, and how many logs."""
    steps = Activation.objects.filter(job=job).order_by("id").values_list("status", flat=True)[1:]
    results = Item.objects.filter(job=job, event="output").values_list("payload__root", flat=True)
    return list(steps), list(results), StepLog.objects.filter(job=job).count()


def full_batch(jobs: list[Job]) -> Batch:
    """Of each job a step that is followed by another, with an item and a log."""
    batch = Batch(steps=[finished(job) for job in jobs])
    for place in range(1, len(jobs) + 1):
        new = {"root": place, "ordinal": place, "node": "a", "status": "running", "priority": 0, "message": None}
        batch.new_steps.append(new)
        batch.items.append(item(place, taker=place, payload={"root": place}))
        batch.logs.append({"root": place, "attempt": 1, "lines": []})
    return batch


def test_it_numbers_items_in_the_order_in_which_they_were_routed(jobs: list[Job]) -> None:
    batch = Batch(steps=[finished(job) for job in jobs])
    batch.items = [item(-n % 3 + 1, payload={"n": n}) for n in range(9)]

    written(batch)

    assert [found.payload["n"] for found in Item.objects.filter(event="output").order_by("id")] == list(range(9))


def test_it_writes_nothing_of_a_step_that_somebody_else_owns(jobs: list[Job]) -> None:
    batch = full_batch(jobs)
    Activation.objects.filter(pk=step_of(jobs[1])).update(attempt=2)

    told = written(batch)

    assert told.fenced == {step_of(jobs[0]), step_of(jobs[2])}
    assert [rows_of(job) for job in jobs] == [(["running"], [1], 1), ([], [], 0), (["running"], [3], 1)]


def test_it_holds_what_follows_in_a_paused_job_and_at_a_breakpoint(jobs: list[Job]) -> None:
    Job.objects.filter(pk=jobs[0].pk).update(status="paused")
    Job.objects.filter(pk=jobs[2].pk).update(breakpoints=["a"])

    told = written(full_batch(jobs))

    assert told.steered == {step_of(jobs[0]), step_of(jobs[2])}
    assert [rows_of(job)[0] for job in jobs] == [["held"], ["running"], ["at_breakpoint"]]


def test_it_takes_what_waited_only_for_the_owner(jobs: list[Job]) -> None:
    waiting = [Item.objects.create(job=job, node="a", slot="input", payload={}).pk for job in jobs]
    batch = full_batch(jobs)
    batch.takes = [{"root": root, "item": pk, "taker": root % 3} for root, pk in enumerate(waiting, 1)]
    Activation.objects.filter(pk=step_of(jobs[1])).update(session_id=uuid7())

    told = written(batch)

    taken = Item.objects.filter(pk__in=waiting).order_by("pk").values_list("consumed_by_id", flat=True)
    assert list(taken) == [told.ids[0], None, 0]  # the last one is dropped
