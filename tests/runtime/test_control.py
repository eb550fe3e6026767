from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from jobs import services
from jobs.errors import WrongState
from jobs.models import DatasetRow
from jobs.states import JobStatus
from tests.engine import make_flow, results, run_flow, run_jobs, start
from tests.runtime.flows import nap, spread


def test_it_keeps_strict_order_with_one_worker() -> None:
    nodes = {"a": spread(12), "b": "test_pass", "c": "test_pass"}
    job = run_flow(make_flow("strict", nodes, ["a.output b.input", "b.output c.input"], max_workers=1))

    done = job.activations.order_by("finished_at").values_list("id", flat=True)
    assert list(done) == sorted(done)
    assert [r["n"] for r in results(job)] == list(range(12))


def test_it_never_runs_more_steps_at_once_than_max_workers() -> None:
    nodes = {"a": spread(8), "b": nap(0.05)}
    job = run_flow(make_flow("two", nodes, ["a.output b.input"], max_workers=2))

    naps = job.activations.filter(node="b").values_list("started_at", "finished_at")
    overlap = max(sum(begun <= start < ended for begun, ended in naps if begun and ended) for start, _ in naps if start)
    assert (len(naps), overlap) == (8, 2)


def test_it_adds_up_durable_state_without_losing_an_update() -> None:
    nodes = {"a": spread(25), "t": "test_tally"}
    job = run_flow(make_flow("tally", nodes, ["a.output t.input"]))

    assert sorted(r["total"] for r in results(job)) == list(range(1, 26))


def test_it_commits_the_rows_of_an_atomic_routine_with_the_step() -> None:
    job = run_flow(make_flow("atomic", {"a": "test_record"}), n=1)

    assert (job.status, DatasetRow.objects.count()) == (JobStatus.COMPLETED, 1)


def test_it_rolls_back_the_rows_of_an_atomic_routine_that_fails() -> None:
    job = run_flow(make_flow("atomic", {"a": "test_record"}), n=1, fail=True)

    assert (job.status, DatasetRow.objects.count()) == (JobStatus.FAILED, 0)


def test_it_starts_nothing_more_after_cancel(bob: User) -> None:
    job = start(make_flow("chain", {"a": "test_pass"}))

    services.cancel(job=job, actor=bob, reason="wrong file")
    run_jobs()

    assert list(job.activations.values_list("status", flat=True)) == ["cancelled"]
    assert list(job.events.values_list("kind", "actor__username", "reason"))[-1] == ("cancelled", "bob", "wrong file")


def test_it_refuses_to_cancel_what_has_ended(bob: User) -> None:
    job = run_flow(make_flow("one", {"a": "test_pass"}))

    with pytest.raises(WrongState, match="is completed: it cannot be cancelled"):
        services.cancel(job=job, actor=bob)
