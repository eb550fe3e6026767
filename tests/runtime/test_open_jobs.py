from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from jobs import services
from jobs.errors import WrongState
from jobs.states import JobStatus
from templates_app.spec import Port
from tests.engine import make_flow, results, run_flow, run_jobs


def test_it_stays_open_for_items_until_it_is_closed(bob: User) -> None:
    job = run_flow(make_flow("mailbox", {"a": "test_pass"}, keep_open=True), n=1)
    assert job.status == JobStatus.RUNNING

    services.post_item(job=job, port=Port("a", "input"), payload={"n": 2}, actor=bob)
    run_jobs()
    services.close(job=job, actor=bob)

    job.refresh_from_db()
    assert (job.status, [r["n"] for r in results(job)]) == (JobStatus.COMPLETED, [1, 2])


def test_it_flushes_tails_when_an_open_job_is_closed(bob: User) -> None:
    node = {"routine": "test_gather", "policy": {"type": "batch_size", "min_batch_size": 5}}
    job = run_flow(make_flow("mailbox", {"a": node}, keep_open=True), n=1)

    services.close(job=job, actor=bob)
    run_jobs()

    assert [r["reason"] for r in results(job)] == ["drained"]


def test_it_takes_no_item_after_the_end(bob: User) -> None:
    job = run_flow(make_flow("one", {"a": "test_pass"}), n=1)

    with pytest.raises(WrongState, match="takes no more items"):
        services.post_item(job=job, port=Port("a", "input"), payload={}, actor=bob)
