from __future__ import annotations

from jobs.states import JobStatus
from tests.engine import make_flow, results, run_flow
from tests.runtime.flows import gather, spread


def test_it_takes_batches_and_flushes_the_tail_when_nothing_else_moves() -> None:
    job = run_flow(make_flow("batches", {"a": spread(10), "b": gather(4)}, ["a.output b.input"]))

    assert [(r["count"], r["reason"]) for r in results(job)] == [(4, "batch_ready"), (4, "batch_ready"), (2, "drained")]
    assert job.status == JobStatus.COMPLETED


def test_it_joins_parallel_branches_pair_by_pair() -> None:
    nodes = {"a": spread(5), "l": "test_pass", "r": "test_pass", "j": "test_join"}
    wires = ["a.output l.input", "a.output r.input", "l.output j.left", "r.output j.right"]

    job = run_flow(make_flow("diamond", nodes, wires))

    assert job.activations.filter(node="j").count() == 5
    assert all(len(r["left"]) == len(r["right"]) == 1 for r in results(job))


def test_it_keeps_what_no_policy_could_take_as_undelivered() -> None:
    wires = ["a.output j.left", "b.output j.right", "s.output a.input", "s.output b.input"]
    nodes = {"s": "test_pass", "a": spread(3), "b": spread(1), "j": "test_join"}

    job = run_flow(make_flow("uneven", nodes, wires))

    left = job.items.filter(consumed_by_id=None).exclude(node="")
    assert job.status == JobStatus.COMPLETED
    assert list(left.values_list("node", "slot")) == [("j", "left"), ("j", "left")]


def test_it_flushes_upstream_tails_before_downstream_ones() -> None:
    flow = make_flow("two", {"a": spread(6), "b": gather(4), "c": gather(9)}, ["a.output b.input", "b.output c.input"])

    job = run_flow(flow)

    assert [(r["count"], r["reason"]) for r in results(job)] == [(2, "drained")]


def test_it_completes_a_batch_flow_that_never_gets_an_item() -> None:
    job = run_flow(make_flow("none", {"a": spread(0), "b": gather(4)}, ["a.output b.input"]))

    assert job.status == JobStatus.COMPLETED
    assert results(job) == []
