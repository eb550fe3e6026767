from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobs import services
from jobs.models import Activation, Item, Job, Schedule
from jobs.runtime.router import NOBODY
from templates_app.models import FlowPrototype
from templates_app.services import create_variant
from tests.api.calls import get, refusal
from tests.engine import make_flow, run_flow, run_jobs, start


def detail(client: Client, job: Job, **headers: str) -> Any:
    return get(client, f"jobs/{job.pk}", **headers)


def test_it_tells_about_a_pending_job(as_bob: Client, job: Job) -> None:
    response = detail(as_bob, job)

    body = response.json()
    assert (body["status"], body["flow"], body["entry"]) == ("pending", "orders", "first.input")
    assert (body["triggered_by"], body["error"], body["undelivered"]) == ("bob", None, None)
    assert response["Retry-After"] == "1"


def test_it_tells_the_result_when_the_job_is_completed(ready: None, as_bob: Client, orders: FlowPrototype) -> None:
    response = detail(as_bob, run_flow(orders, n=1))

    body = response.json()
    assert (body["status"], body["progress"]["done"], body["progress"]["total"]) == ("completed", 2, 2)
    assert body["result"] == {"second.output": [{"n": 1, "trail": ["first", "second"]}]}
    assert "Retry-After" not in response


def test_it_tells_which_nodes_run(as_bob: Client, job: Job) -> None:
    Activation.objects.filter(job=job).update(status="running")

    progress = detail(as_bob, job).json()["progress"]

    assert (progress["running"], progress["running_nodes"]) == (1, ["first"])


def test_it_tells_where_and_why_a_job_failed(ready: None, as_bob: Client) -> None:
    job = run_flow(make_flow("flaky", {"a": "test_flaky"}, entry="a.input"))

    error = detail(as_bob, job).json()["error"]

    assert (error["node"], error["type"], error["message"]) == ("a", "ValueError", "not yet: 1")
    assert (error["step"], error["summary"]) == (job.activations.get().pk, job.error_summary)
    assert error["traceback"].startswith("Traceback")


def test_it_counts_what_nobody_took(ready: None, as_bob: Client) -> None:
    nodes = {"a": "test_pass", "none": {"routine": "test_spread", "config": {"count": 0}}, "j": "test_join"}
    wires = ["a.output j.left", "a.output none.input", "none.output j.right"]
    job = run_flow(make_flow("half", nodes, wires, entry="a.input"), n=1)

    assert detail(as_bob, job).json()["undelivered"] == 1


def test_it_cuts_a_large_result_and_says_so(ready: None, as_bob: Client, settings: Any) -> None:
    node = {"routine": "test_spread", "config": {"count": 300}}

    body = detail(as_bob, run_flow(make_flow("many", {"s": node}, entry="s.input"))).json()

    assert (len(body["result"]["s.output"]), body["result_truncated"]) == (200, True)


def test_it_answers_304_until_the_job_changes(as_bob: Client, job: Job, bob: User) -> None:
    etag = detail(as_bob, job)["ETag"]
    unchanged = detail(as_bob, job, if_none_match=etag)
    services.cancel(job=job, actor=bob)

    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", etag)
    assert unchanged["Retry-After"] == "1"
    assert detail(as_bob, job, if_none_match=etag).status_code == 200


def test_it_changes_its_etag_with_each_step(ready: None, as_bob: Client, orders: FlowPrototype) -> None:
    job = start(orders, n=1)
    before = detail(as_bob, job)["ETag"]
    run_jobs()

    assert before.startswith('W/"')
    assert detail(as_bob, job)["ETag"] != before


def test_it_changes_its_etag_when_an_item_is_dropped(as_bob: Client, job: Job) -> None:
    item = Item.objects.create(job=job, node="second", slot="input", payload={})
    before = detail(as_bob, job)["ETag"]
    Item.objects.filter(pk=item.pk).update(consumed_by_id=NOBODY)

    assert detail(as_bob, job, if_none_match=before).status_code == 200


def test_it_tells_where_a_job_comes_from(as_bob: Client, job: Job) -> None:
    variant = create_variant(job.flow, name="orders-fast")
    child = start(variant, n=1)
    schedule = Schedule.objects.create(name="nightly", flow=variant, interval_seconds=3600, owner=job.actor)
    Job.objects.filter(pk=child.pk).update(parent=job, schedule=schedule, request_id="r1", fingerprint="f" * 16)

    told = detail(as_bob, child).json()

    assert (told["variant_of"], told["called_by"], told["schedule"]) == ("orders", str(job.pk), "nightly")
    assert (told["request_id"], told["fingerprint"]) == ("r1", "f" * 16)


@pytest.mark.parametrize(
    "identity",
    ["1", "nope", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "%00", "x" * 3000],
)
@pytest.mark.parametrize("tail", ["", "/events", "/steps", "/steps/1"])
def test_it_knows_no_such_job(as_bob: Client, job: Job, identity: str, tail: str) -> None:
    assert refusal(get(as_bob, f"jobs/{identity}{tail}")) == (404, "not-found")


def test_it_hides_the_jobs_of_others(as_alice: Client, job: Job) -> None:
    assert refusal(detail(as_alice, job)) == (404, "not-found")


def test_it_reads_in_constant_queries(
    ready: None, as_bob: Client, orders: FlowPrototype, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    job = run_flow(orders, n=1)

    with django_assert_num_queries(7):  # four of the caller; job, progress, result
        etag = detail(as_bob, job)["ETag"]
    with django_assert_num_queries(6):
        detail(as_bob, job, if_none_match=etag)
