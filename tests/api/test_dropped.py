from __future__ import annotations

from django.test import Client

from jobs.models import Job
from tests.api.calls import get
from tests.pages import rows


def drop(job: Job, count: int) -> None:
    source = rows.step(job, "first")
    for number in range(count):
        rows.emitted(source, {"n": number}, node="second", slot="input", consumed_by_id=0)


def test_it_counts_what_was_dropped(as_bob: Client, job: Job) -> None:
    assert get(as_bob, f"jobs/{job.pk}").json()["dropped"] == 0
    drop(job, 3)
    rows.end(job, "completed")

    assert get(as_bob, f"jobs/{job.pk}").json()["dropped"] == 3


def test_it_lists_what_was_dropped(as_bob: Client, job: Job) -> None:
    drop(job, 2)
    rows.emitted(rows.step(job, "first"), {"n": 9}, node="second", slot="input")

    dropped = get(as_bob, f"jobs/{job.pk}/items?dropped=true").json()["results"]
    waiting = get(as_bob, f"jobs/{job.pk}/items").json()["results"]
    assert [item["payload"]["n"] for item in dropped] == [0, 1]
    assert [item["payload"]["n"] for item in waiting] == [9]
