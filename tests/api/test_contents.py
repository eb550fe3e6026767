"""What went into a job, what came out of it, what waits in it, and what its steps said."""

from __future__ import annotations

import pytest
from django.test import Client

from jobs.history import selectors
from jobs.models import Item, Job, StepLog
from routilux_site.lib import keyset
from templates_app.models import FlowPrototype
from tests.api.calls import get, refusal
from tests.engine import make_flow, run_flow, start

LISTS = ("inputs", "outputs", "items", "logs", "queues")


def test_it_lists_inputs_and_outputs(ready: None, as_bob: Client, orders: FlowPrototype) -> None:
    job = run_flow(orders, n=1)

    [given] = get(as_bob, f"jobs/{job.pk}/inputs").json()["results"]
    [left] = get(as_bob, f"jobs/{job.pk}/outputs?event=second.output").json()["results"]

    assert (given["source"], given["target"], given["payload"]) == ("", "first.input", {"n": 1})
    assert (left["source"], left["target"], left["payload"]) == (
        "second.output",
        "",
        {"n": 1, "trail": ["first", "second"]},
    )
    assert get(as_bob, f"jobs/{job.pk}/outputs?event=first.output").json()["results"] == []


def test_it_lists_what_waits(as_bob: Client, job: Job) -> None:
    Item.objects.bulk_create(
        Item(job=job, node="second", slot="input", source_id=1, payload={"n": n}) for n in range(3)
    )

    queues = get(as_bob, f"jobs/{job.pk}/queues").json()["results"]
    items = get(as_bob, f"jobs/{job.pk}/items?limit=2").json()

    assert queues == [{"node": "second", "slot": "input", "items": 3}]
    assert [item["payload"] for item in items["results"]] == [{"n": 0}, {"n": 1}]
    assert [item["payload"] for item in as_bob.get(items["next"]).json()["results"]] == [{"n": 2}]


def test_it_lists_what_the_steps_said(as_bob: Client, job: Job) -> None:
    step = job.activations.get()
    line = {"at": 1.0, "level": "stdout", "text": "hello"}
    StepLog.objects.create(activation_id=step.pk, job=job, attempt=1, lines=[line])
    other = start(make_flow("bills", {"a": "test_pass"}, entry="a.input")).activations.get()
    StepLog.objects.create(activation_id=other.pk, job=other.job, attempt=1, lines=[line])

    [log] = get(as_bob, f"jobs/{job.pk}/logs?node=first&step={step.pk}").json()["results"]

    assert (log["step"], log["node"], log["lines"], log["error"]) == (step.pk, "first", [line], None)
    assert get(as_bob, f"jobs/{job.pk}/logs?node=second").json()["results"] == []


def test_it_ends_a_page_before_it_is_too_heavy(as_bob: Client, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyset, "MAX_BYTES", 25)
    Item.objects.bulk_create(Item(job=job, event="e", source_node="n", payload={"n": "x" * 12}) for _ in range(3))

    first = get(as_bob, f"jobs/{job.pk}/outputs").json()

    assert len(first["results"]) == 1 and first["next"]
    assert selectors.output_rows(job).count() == 3


@pytest.mark.parametrize("name", LISTS)
def test_it_hides_the_jobs_of_others(as_alice: Client, job: Job, name: str) -> None:
    assert refusal(get(as_alice, f"jobs/{job.pk}/{name}")) == (404, "not-found")


@pytest.mark.parametrize("name", LISTS)
def test_it_refuses_what_it_does_not_know(as_bob: Client, job: Job, name: str) -> None:
    assert refusal(get(as_bob, f"jobs/{job.pk}/{name}?colour=red")) == (400, "validation-error")
