"""However a job ends, each webhook that asked is told once."""

from __future__ import annotations

from typing import Any

import pytest

from jobs import services
from jobs.models import Job, JobEvent, Outbox, Webhook, WebhookDelivery
from jobs.runtime.store.link import django_link
from jobs.runtime.store.outbox import call_for_sender
from jobs.webhooks import verbs
from jobs.webhooks.outbox import read_on
from tests.engine import make_flow, run_flow, start


def told() -> list[tuple[str, str]]:
    return list(WebhookDelivery.objects.order_by("id").values_list("webhook__name", "kind"))


def test_it_tells_of_each_end(engine: None, hook: Webhook) -> None:
    run_flow(make_flow("good", {"a": "test_pass", "b": "test_pass"}, ["a.output b.input"], entry="a.input"), n=1)
    run_flow(make_flow("bad", {"a": "fail"}, entry="a.input"), n=1)
    services.cancel(job=start(make_flow("long", {"a": "test_pass"}, entry="a.input"), n=1))

    read_on()

    assert told() == [("erp", "completed"), ("erp", "failed"), ("erp", "cancelled")]
    assert read_on() == 0


def test_it_tells_of_both_ends_of_a_job_that_is_retried(engine: None, hook: Webhook) -> None:
    job = start(make_flow("one", {"a": "test_pass"}, entry="a.input"), n=1)
    services.cancel(job=job)
    services.retry(job=job)
    services.cancel(job=job)
    read_on()

    assert told() == [("erp", "cancelled")] * 2


def test_it_writes_no_delivery_twice(hook: Webhook) -> None:
    services.cancel(job=start(make_flow("one", {"a": "test_pass"}, entry="a.input"), n=1))
    for _ in range(2):
        Outbox.objects.update(event_id=0)
        read_on()

    assert told() == [("erp", "cancelled")]


def test_it_tells_whom_it_concerns(db: None) -> None:
    one, other = (make_flow(name, {"a": "test_pass"}, entry="a.input") for name in ("one", "other"))
    verbs.create_webhook(name="all", url="https://a.example.org/")
    verbs.create_webhook(name="one", url="https://a.example.org/", flow="one")
    verbs.create_webhook(name="failures", url="https://a.example.org/", events=["failed"])
    for flow in (one, other):
        services.cancel(job=start(flow, n=1))
    read_on()

    assert sorted(told()) == [("all", "cancelled"), ("all", "cancelled"), ("one", "cancelled")]


def test_it_tells_nothing_of_before_and_of_while_it_is_off(hook: Webhook) -> None:
    flow = make_flow("one", {"a": "test_pass"}, entry="a.input")
    verbs.update_webhook(webhook=hook, enabled=False)
    services.cancel(job=start(flow, n=1))
    verbs.update_webhook(webhook=hook, enabled=True)
    last = start(flow, n=1)
    services.cancel(job=last)
    read_on()

    assert [row.job_id for row in WebhookDelivery.objects.all()] == [last.pk]


def test_it_says_what_was_true_then(hook: Webhook) -> None:
    job = start(make_flow("one", {"a": "test_pass"}, entry="a.input"), n=1)
    services.cancel(job=job)
    read_on()

    payload: Any = WebhookDelivery.objects.get().payload
    assert (payload["type"], payload["data"]["job"], payload["data"]["flow"]) == ("job.cancelled", str(job.pk), "one")
    assert payload["data"]["links"]["self"] == f"/api/v1/jobs/{job.pk}"


def test_it_finds_an_event_that_shows_up_late(hook: Webhook) -> None:
    job = start(make_flow("one", {"a": "test_pass"}, entry="a.input"), n=1)
    read_on()
    place = Outbox.objects.get().event_id
    JobEvent.objects.create(pk=place + 2, job=job, kind="failed")
    read_on()
    JobEvent.objects.create(pk=place + 1, job=job, kind="completed")

    read_on()

    assert sorted(told()) == [("erp", "completed"), ("erp", "failed")]
    assert place + 1 not in [gap[0] for gap in Outbox.objects.get().gaps]


@pytest.mark.django_db
def test_it_calls_nobody_without_a_webhook() -> None:
    start(make_flow("one", {"a": "test_pass"}, entry="a.input"), n=1)

    assert not call_for_sender(django_link())
    assert not Outbox.objects.exists() and Job.objects.exists()


def test_it_calls_one_sender_at_a_time(hook: Webhook) -> None:
    services.cancel(job=start(make_flow("one", {"a": "test_pass"}, entry="a.input"), n=1))

    assert [call_for_sender(django_link()) for _ in range(2)] == [True, False]
