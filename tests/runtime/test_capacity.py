from __future__ import annotations

from typing import Any

from jobs.models import Job
from jobs.states import JobStatus
from tests.engine import make_flow, run_flow
from tests.runtime.flows import spread

WIRES = ["s.output a.input", "s.output b.input", "a.output j.left", "b.output j.right"]


def run(count: int, **handler: Any) -> Job:
    """`count` items for the left side of a join that may hold five and waits for a right side in vain."""
    left = {**spread(count), **({"error_handler": handler} if handler else {})}
    join = {"routine": "test_join", "slots": {"left": {"capacity": 5}}}
    return run_flow(make_flow("narrow", {"s": "test_pass", "a": left, "b": spread(0), "j": join}, WIRES))


def test_it_fails_the_step_that_would_overfill_a_slot() -> None:
    job = run(6)

    assert (job.status, job.error_node) == (JobStatus.FAILED, "a")
    assert "j.left would hold more than 5 waiting items" in job.error_summary


def test_it_keeps_nothing_of_that_step() -> None:
    assert run(6).items.filter(source_node="a").count() == 0


def test_it_lets_the_error_handler_decide() -> None:
    job = run(6, strategy="skip")

    assert (job.status, job.activations.get(node="a").status) == (JobStatus.COMPLETED, "skipped")


def test_it_holds_exactly_its_capacity() -> None:
    job = run(5)

    assert (job.status, job.items.filter(node="j", consumed_by_id=None).count()) == (JobStatus.COMPLETED, 5)
