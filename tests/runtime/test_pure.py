"""Pure steps travel with the next commit of their lane; nobody can tell from the history, save by the clock."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from jobs.models import Activation
from jobs.runtime import committer, fuse
from jobs.runtime.store.commit import Batch, Written, commit
from jobs.states import JobStatus
from tests.engine import make_flow, results, run_flow

CHAIN = ["a.output b.input", "b.output c.input", "c.output d.input"]


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many new steps each commit wrote."""
    written: list[int] = []

    def count(link: Any, batch: Batch, **rest: Any) -> Written:
        written.append(len(batch.new_steps))
        return commit(link, batch, **rest)

    monkeypatch.setattr(committer, "commit", count)
    return written


def test_it_writes_a_pure_chain_at_once(commits: list[int]) -> None:
    job = run_flow(make_flow("pure", dict.fromkeys("abcd", "test_pure_pass"), CHAIN), n=1)

    assert results(job) == [{"n": 1, "trail": ["a", "b", "c", "d"]}]
    assert (job.status, job.open, commits) == (JobStatus.COMPLETED, 0, [3])
    assert [(a.node, a.status, a.attempt) for a in job.activations.all()] == [(x, "completed", 1) for x in "abcd"]


def test_it_links_fused_steps_to_their_causes_and_items() -> None:
    job = run_flow(make_flow("pure", dict.fromkeys("abcd", "test_pure_pass"), CHAIN))

    a, b, c, d = job.activations.all()
    assert [x.cause_id for x in (a, b, c, d)] == [None, a.pk, b.pk, c.pk]
    assert list(job.items.order_by("id").values_list("source_id", "consumed_by_id")) == [
        (None, a.pk), (a.pk, b.pk), (b.pk, c.pk), (c.pk, d.pk), (d.pk, None)
    ]  # fmt: skip
    times = list(job.activations.values_list("started_at", "finished_at"))
    assert times == sorted(times)


def test_it_commits_before_a_step_with_effects_and_after_it(commits: list[int]) -> None:
    nodes = {"a": "test_pure_pass", "b": "test_pure_pass", "c": "test_pass", "d": "test_pure_pass"}

    job = run_flow(make_flow("mixed", nodes, CHAIN))

    assert results(job) == [{"trail": ["a", "b", "c", "d"]}]
    assert commits == [2, 1, 0]


@pytest.mark.parametrize("at_most", [1, 2, 7, 1000])
def test_it_runs_each_branch_once_whatever_travels_together(monkeypatch: pytest.MonkeyPatch, at_most: int) -> None:
    monkeypatch.setattr(fuse, "AT_MOST", at_most)
    nodes = {"a": {"routine": "test_pure_spread", "config": {"count": 20}}, "b": "test_pure_pass", "c": "test_pass"}

    job = run_flow(make_flow("wide", nodes, ["a.output b.input", "b.output c.input"]))

    assert sorted(r["n"] for r in results(job)) == list(range(20))
    assert Counter(job.activations.values_list("node", "status")) == {
        ("a", "completed"): 1,
        ("b", "completed"): 20,
        ("c", "completed"): 20,
    }
    assert job.open == 0


def test_it_retries_a_pure_step_by_itself() -> None:
    retry = {"strategy": "retry", "max_retries": 2, "retry_delay": 0}
    flaky = {"routine": "test_pure_flaky", "config": {"times": 2}, "error_handler": retry}

    job = run_flow(make_flow("flaky", {"a": "test_pure_pass", "b": flaky}, ["a.output b.input"]))

    b = Activation.objects.get(job=job, node="b")
    assert (job.status, results(job)) == (JobStatus.COMPLETED, [{"attempt": 3}])
    assert (b.errors, b.status, job.activations.count()) == (2, "completed", 2)


def test_it_fails_the_job_at_the_pure_step_that_failed() -> None:
    nodes = {"a": "test_pure_pass", "b": "test_pure_pass", "c": "test_pure_flaky", "d": "test_pure_pass"}

    job = run_flow(make_flow("fails", nodes, CHAIN))

    assert (job.status, job.error_node) == (JobStatus.FAILED, "c")
    assert list(job.activations.values_list("node", "status")) == [
        ("a", "completed"), ("b", "completed"), ("c", "failed")
    ]  # fmt: skip


def test_it_keeps_state_that_a_pure_step_touched_after_all() -> None:
    nodes = {"a": {"routine": "test_pure_spread", "config": {"count": 5}}, "b": "test_pure_tally"}

    job = run_flow(make_flow("tally", nodes, ["a.output b.input"]))

    assert sorted(r["total"] for r in results(job)) == [1, 2, 3, 4, 5]
    assert job.node_states.get(node="b").state == {"total": 5}


def test_it_runs_them_apart_when_they_will_not_be_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse_many(link: Any, batch: Batch, **rest: Any) -> Written:
        if sum("ended" in row for row in batch.new_steps):
            raise ValueError("too much at once")
        return commit(link, batch, **rest)

    monkeypatch.setattr(committer, "commit", refuse_many)
    job = run_flow(make_flow("apart", dict.fromkeys("abcd", "test_pure_pass"), CHAIN))

    assert results(job) == [{"trail": ["a", "b", "c", "d"]}]
    assert job.status == JobStatus.COMPLETED
