from __future__ import annotations

from typing import Any

import pytest

from jobs.history.waiting import why
from jobs.models import DatasetRow, Job
from jobs.services import cancel, close, post_item, retry
from jobs.states import JobStatus
from templates_app.spec import Port
from tests.engine import make_flow, results, run_flow, run_session, start
from tests.runtime.flows import spread

WIRES = ["s.output a.input", "a.output j.left", "s.output b.input", "b.output j.right"]
OPEN = ["a.output j.left", "b.output j.right"]


def narrow(outcome: str, capacity: int = 3) -> dict[str, Any]:
    return {"routine": "test_join", "slots": {"left": {"capacity": capacity, "when_full": outcome}}}


def both(outcome: str, left: int, right: int, **settings: Any) -> Job:
    nodes = {"s": "test_pass", "a": spread(left), "b": spread(right), "j": narrow(outcome)}
    return run_flow(make_flow("narrow", nodes, WIRES, **settings))


def blocked(items: int = 5) -> Job:
    """An open job in which `a` sent `items` to the left of a join that holds three and has nothing on its right."""
    nodes = {"a": spread(items), "b": "test_pass", "j": narrow("block")}
    job = start(make_flow("open", nodes, OPEN, keep_open=True, entry="a.input"))
    run_session()
    return job


def feed(job: Job, count: int) -> None:
    for n in range(count):
        post_item(job=job, port=Port("b", "input"), payload={"n": n})
        run_session()
    job.refresh_from_db()


def statuses(job: Job, node: str) -> list[str]:
    return list(job.activations.filter(node=node).order_by("id").values_list("status", flat=True))


# drop


def test_it_drops_the_newest_and_goes_on() -> None:
    job = both("drop", left=5, right=5)

    taken = sorted(pair["left"][0]["n"] for pair in results(job))
    lost = job.items.filter(consumed_by_id=0).count()
    assert (job.status, taken) == (JobStatus.COMPLETED, list(range(5 - lost)))


def test_it_keeps_what_it_dropped() -> None:
    job = both("drop", left=5, right=0)

    assert [item.payload["n"] for item in job.items.filter(consumed_by_id=0).order_by("id")] == [3, 4]
    assert job.items.filter(node="j", consumed_by_id=None).count() == 3


# block


def test_it_blocks_the_step_until_there_is_room() -> None:
    job = blocked(5)

    assert statuses(job, "a") == ["blocked"]
    feed(job, 1)
    assert statuses(job, "a") == ["blocked"]
    feed(job, 1)
    assert statuses(job, "a") == ["completed"]


def test_it_loses_nothing_and_keeps_the_order() -> None:
    job = blocked(9)
    feed(job, 9)

    assert [pair["left"][0]["n"] for pair in results(job)] == list(range(9))


def test_it_runs_the_code_of_a_blocked_step_once() -> None:
    job = blocked(5)
    feed(job, 2)

    assert list(job.activations.filter(node="a").values_list("attempt", "errors")) == [(1, 0)]
    assert job.items.filter(source_node="a").count() == 5


@pytest.mark.parametrize("workers", [1, None])
def test_it_completes_by_itself_when_both_sides_come(workers: int | None) -> None:
    job = both("block", left=8, right=8, max_workers=workers)

    assert (job.status, len(results(job)), job.open) == (JobStatus.COMPLETED, 8, 0)


def test_it_fails_when_nothing_can_make_room() -> None:
    job = both("block", left=5, right=1)

    assert (job.status, job.error_node) == (JobStatus.FAILED, "a")
    assert "it waits for room in j.left, which holds 3, and nothing in this job can move" in job.error_summary


def test_it_fails_an_open_job_only_once_it_is_closed() -> None:
    job = blocked(5)
    close(job=job)
    job.refresh_from_db()

    assert (job.status, job.error_node) == (JobStatus.FAILED, "a")
    assert statuses(job, "a") == ["completed"]


def test_it_starts_no_step_of_a_node_that_waits_for_room() -> None:
    job = blocked(5)
    post_item(job=job, port=Port("a", "input"), payload={})
    run_session()

    assert statuses(job, "a") == ["blocked", "waiting"]
    feed(job, 2)
    assert statuses(job, "a") == ["completed", "blocked"]


def test_it_explains_what_waits_for_room() -> None:
    job = blocked(5)
    post_item(job=job, port=Port("a", "input"), payload={})
    job.refresh_from_db()

    told = [reason.sentence for reason in why(job) if reason.kind == "room"]
    assert told == [
        "a waits for room in slot left of node j: it holds 3, and 2 more are at its door.",
        "a is held back: a starts nothing while a step of it waits for room.",
    ]


def test_it_keeps_the_result_of_a_blocked_step_when_the_job_is_cancelled_and_retried() -> None:
    job = blocked(5)
    cancel(job=job)
    retry(job=job)
    feed(job, 5)

    assert statuses(job, "a") == ["completed"]
    assert [pair["left"][0]["n"] for pair in results(job)] == list(range(5))


def test_it_commits_the_rows_of_an_atomic_step_that_is_blocked() -> None:
    nodes = {"s": spread(3), "a": "test_record", "b": "test_pass", "j": narrow("block", 2)}
    wires = ["s.output a.input", "a.output j.left", "b.output j.right"]
    job = start(make_flow("atomic", nodes, wires, keep_open=True, entry="s.input"))
    run_session()

    assert sorted(statuses(job, "a")) == ["blocked", "completed", "completed"]
    assert DatasetRow.objects.filter(dataset="record").count() == 3


def test_it_rolls_back_the_rows_of_an_atomic_step_that_a_full_slot_fails() -> None:
    nodes = {"s": spread(3), "a": "test_record", "b": spread(0), "j": narrow("fail", 2)}
    job = run_flow(
        make_flow("atomic", nodes, ["s.output a.input", "a.output j.left", "s.output b.input", "b.output j.right"])
    )

    assert job.status == JobStatus.FAILED
    assert DatasetRow.objects.filter(dataset="record").count() == job.items.filter(source_node="a").count() == 2
