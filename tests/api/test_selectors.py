from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from jobs.history import capped, selectors
from jobs.history.progress import added_up, progress_by_node
from jobs.models import Activation, Item, Job, StepLog
from jobs.states import StepStatus


@pytest.fixture
def step(job: Job) -> Activation:
    return job.activations.get()


def emitted(step: Activation, *sizes: int) -> None:
    Item.objects.bulk_create(
        Item(job_id=step.job_id, source_id=step.pk, source_node="first", event="output", payload="x" * size)
        for size in sizes
    )


def test_it_counts_every_status_once(job: Job) -> None:
    Activation.objects.bulk_create(Activation(job=job, node="n", status=status) for status in StepStatus)

    progress = added_up(progress_by_node(job).values())

    assert progress["total"] == len(StepStatus) + 1
    assert sum(count for name, count in progress.items() if name != "total") == progress["total"]  # type: ignore[misc]


def test_it_cuts_by_size(job: Job, step: Activation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capped, "MAX_BYTES", 1000)
    emitted(step, 400, 400, 400)

    outputs = selectors.step_io(step).outputs

    assert (len(outputs.items), outputs.truncated) == (2, True)


def test_it_shows_the_first_however_large(job: Job, step: Activation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capped, "MAX_BYTES", 1000)
    emitted(step, 5000, 1)

    outputs = selectors.step_io(step).outputs

    assert (len(outputs.items), outputs.truncated) == (1, True)


def test_it_is_not_truncated_when_all_fits(job: Job, step: Activation) -> None:
    emitted(step, *[1] * capped.MAX_ROWS)

    assert not selectors.result(job).truncated
    assert len(selectors.result(job).events["first.output"]) == capped.MAX_ROWS


def test_it_keeps_the_newest_logs_in_order(job: Job, step: Activation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capped, "MAX_ROWS", 2)
    for attempt in (1, 2, 3):
        StepLog.objects.create(activation_id=step.pk, job=job, attempt=attempt, lines=[])

    logs = selectors.logs(step)

    assert ([log.attempt for log in logs.items], logs.truncated) == ([2, 3], True)


def test_it_names_queues_and_what_waits_in_them(job: Job) -> None:
    Item.objects.bulk_create(Item(job=job, node="second", slot="input", payload={"n": n}) for n in range(3))

    assert selectors.queues(job) == [{"node": "second", "slot": "input", "items": 3}]
    assert [item.payload["n"] for item in selectors.waiting_rows(job)] == [0, 1, 2]
    assert selectors.waiting_rows(job).count() == 3


def test_it_finds_the_input(job: Job) -> None:
    assert [item.payload for item in selectors.input_rows(job)] == [{"n": 1}]


def test_it_tells_of_a_failure_that_no_code_raised(job: Job) -> None:
    job.status, job.error_node, job.error_summary = "failed", "first", "Its worker died 3 times."

    failure = selectors.failure(job)

    assert failure and (failure["summary"], failure["type"]) == ("Its worker died 3 times.", "")


def test_it_asks_as_often_for_many_as_for_few(
    job: Job, step: Activation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    emitted(step, *[10] * 500)
    Activation.objects.bulk_create(Activation(job=job, node=f"n{n}", status="ready") for n in range(50))

    with django_assert_num_queries(5):  # progress, result, in, out, logs
        progress_by_node(job), selectors.result(job)
        selectors.step_io(step), selectors.logs(step)
