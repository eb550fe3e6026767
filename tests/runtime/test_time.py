from __future__ import annotations

from jobs.models import NodeState
from jobs.states import JobStatus
from tests.engine import make_flow, results, run_flow
from tests.runtime.flows import nap, spread

INTERVAL = {"routine": "test_gather", "policy": {"type": "time_interval", "min_interval_seconds": 0.3}}


def test_it_takes_the_first_item_at_once_and_the_rest_when_drained() -> None:
    job = run_flow(make_flow("drip", {"a": spread(4), "b": INTERVAL}, ["a.output b.input"]))

    assert [(r["count"], r["reason"]) for r in results(job)] == [(1, "time_interval_met"), (3, "drained")]
    assert NodeState.objects.filter(look_at=None, last_activation__isnull=False).count() == 1


def test_it_fires_by_itself_although_nothing_arrives() -> None:
    """A slow branch keeps the job busy; the interval must not wait for its end."""
    nodes = {"a": spread(3), "b": INTERVAL, "slow": nap(2.5)}

    job = run_flow(make_flow("timer", nodes, ["a.output b.input", "a.output slow.input"], max_workers=2))

    reasons = [r["reason"] for r in results(job) if "reason" in r]
    assert (job.status, reasons) == (JobStatus.COMPLETED, ["time_interval_met", "time_interval_met"])
