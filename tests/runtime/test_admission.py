from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from jobs import services
from jobs.admission import gate as admission
from jobs.admission.limits import decide
from jobs.errors import BadInput
from jobs.models import Job, Ticket
from jobs.runtime.turns import EVERY
from jobs.services import Launch, trigger
from jobs.states import JobStatus
from templates_app.spec import Port
from tests.engine import make_flow, results, run_jobs, run_session, start
from tests.flows import switch
from tests.runtime.flows import spread

IS_THEIR_TURN = admission._is_their_turn
ONE_A_CUSTOMER = {"limit": 1, "key": "customer.id"}


@pytest.fixture(autouse=True)
def _works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch, "broken", False)
    monkeypatch.setattr(admission, "_is_their_turn", lambda: False)


def limited(**settings: Any) -> Any:
    return make_flow("limited", {"a": "test_switch"}, **settings)


def statuses() -> list[str]:
    return list(Job.objects.order_by("id").values_list("status", flat=True))


def later(job: Job, **past: Any) -> None:
    """As if the time had come."""
    Job.objects.filter(pk=job.pk).update(admit_at=timezone.now() - timedelta(seconds=1), **past)


def test_it_starts_a_delayed_job_not_before_its_time() -> None:
    flow = make_flow("one", {"a": "test_pass"})
    job = trigger(flow=flow, launch=Launch(input={"n": 1}, delay=3600)).job
    run_session()
    assert (statuses(), list(job.activations.values_list("status", flat=True))) == (["queued"], ["held"])

    later(job)
    run_jobs()

    job.refresh_from_db()
    assert (job.status, [e.kind for e in job.events.all()]) == (
        JobStatus.COMPLETED, ["triggered", "admitted", "started", "completed"]
    )  # fmt: skip


def test_it_leaves_a_ticket_that_wakes_an_idle_cluster_in_time() -> None:
    flow = make_flow("one", {"a": "test_pass"})
    moment = timezone.now() + timedelta(hours=1)
    trigger(flow=flow, launch=Launch(input={}, start_at=moment))

    [visible_at] = Ticket.objects.values_list("visible_at", flat=True)
    assert abs(visible_at - moment) < timedelta(minutes=1)


def test_it_starts_at_once_when_the_time_is_past() -> None:
    flow = make_flow("one", {"a": "test_pass"})
    past = timezone.now() - timedelta(hours=1)
    job = trigger(flow=flow, launch=Launch(input={}, start_at=past)).job

    assert (job.status, job.start_at) == (JobStatus.PENDING, None)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"delay": -1}, "0 to"),
        ({"delay": 10**9}, "0 to"),
        ({"delay": 1, "start_at": timezone.now()}, "one of them"),
        ({"start_at": timezone.now() + timedelta(days=400)}, "too far away"),
        ({"start_at": timezone.now().replace(tzinfo=None)}, "time zone"),
    ],
)
def test_it_refuses_a_start_time_that_cannot_be_meant(asked: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        trigger(flow=make_flow("one", {"a": "test_pass"}), launch=Launch(input={}, **asked))


def test_it_lets_in_as_many_as_the_limit_says() -> None:
    flow = limited(concurrency={"limit": 2})
    for _ in range(4):
        start(flow)

    assert statuses() == ["pending", "pending", "queued", "queued"]


def test_it_counts_each_key_by_itself() -> None:
    flow = limited(concurrency=ONE_A_CUSTOMER)
    for customer in ({"id": 1}, {"id": 1}, {"id": 2}, None, "odd", {"id": None}):
        start(flow, customer=customer)

    assert statuses() == ["pending", "queued", "pending", "pending", "queued", "queued"]


def test_it_gives_a_free_place_to_the_next_in_line() -> None:
    flow = limited(concurrency=ONE_A_CUSTOMER)
    jobs = [start(flow, customer={"id": n % 2}) for n in range(10)]
    run_jobs()

    assert set(statuses()) == {"completed"}
    assert all(len(results(job)) == 1 for job in jobs)


def test_it_frees_the_place_of_a_failed_job_and_queues_it_anew_for_a_retry(
    bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = limited(concurrency={"limit": 1})
    monkeypatch.setattr(switch, "broken", True)
    first = start(flow)
    run_session()
    monkeypatch.setattr(switch, "broken", False)
    start(flow)

    services.retry(job=first, actor=bob)
    assert statuses() == ["queued", "pending"]
    run_jobs()

    assert (statuses(), len(results(first))) == (["completed", "completed"], 1)


def test_it_gives_the_place_of_a_cancelled_job_to_the_next(bob: User) -> None:
    flow = limited(concurrency={"limit": 1})
    first, second, third = start(flow), start(flow), start(flow)

    services.cancel(job=second, actor=bob)
    services.cancel(job=first, actor=bob)

    third.refresh_from_db()
    assert (third.status, statuses()) == (JobStatus.PENDING, ["cancelled", "cancelled", "pending"])


def test_it_keeps_the_place_in_line_of_a_paused_job(bob: User) -> None:
    flow = limited(concurrency={"limit": 1})
    _, second = start(flow), start(flow)
    services.pause(job=second, actor=bob)
    run_session()
    services.resume(job=second, actor=bob)
    assert statuses() == ["completed", "pending"]

    third = start(flow)
    services.pause(job=third, actor=bob)
    services.resume(job=third, actor=bob)
    third.refresh_from_db()
    assert third.status == JobStatus.QUEUED


def test_it_lets_the_higher_priority_go_first() -> None:
    flow = limited(concurrency={"limit": 1})
    first, low = start(flow), start(flow)
    high = trigger(flow=flow, launch=Launch(input={}, priority=5)).job
    services.cancel(job=first)

    assert admission.why(low) is None or statuses() == ["cancelled", "queued", "pending"]
    high.refresh_from_db()
    assert high.status == JobStatus.PENDING


def test_it_does_not_starve_a_low_priority_in_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = limited(concurrency={"limit": 1})
    chances, begun = count(), [start(flow)]
    low = start(flow)
    monkeypatch.setattr(admission, "_is_their_turn", lambda: next(chances) % EVERY == EVERY - 1)
    while Job.objects.get(pk=low.pk).status == JobStatus.QUEUED:
        assert len(begun) <= 2 * EVERY
        begun.append(trigger(flow=flow, launch=Launch(input={}, priority=9)).job)
        services.cancel(job=Job.objects.get(status=JobStatus.PENDING))

    assert Job.objects.filter(status=JobStatus.QUEUED).exists()


def test_it_gives_the_old_a_turn_now_and_then() -> None:
    turns = sum(IS_THEIR_TURN() for _ in range(8000))
    assert 800 < turns < 1200


def test_it_begins_no_more_jobs_than_the_rate_allows() -> None:
    flow = limited(rate_limit={"count": 2, "per_seconds": 3600})
    jobs = [start(flow) for _ in range(4)]
    run_session()
    assert statuses() == ["completed", "completed", "queued", "queued"]

    Job.objects.filter(pk=jobs[0].pk).update(admitted_at=timezone.now() - timedelta(hours=2))
    later(jobs[2])
    run_session()
    assert statuses() == ["completed", "completed", "completed", "queued"]


def test_it_completes_an_open_job_that_was_closed_while_it_queued() -> None:
    flow = make_flow("open", {"a": "test_pass"}, keep_open=True, concurrency={"limit": 1})
    first, second = (trigger(flow=flow, launch=Launch(input=None)).job for _ in range(2))
    services.close(job=second)
    services.close(job=first)

    assert statuses() == ["completed", "completed"]


def test_it_starts_what_was_posted_while_it_queued_and_no_more_at_once_than_max_workers() -> None:
    flow = make_flow("open", {"a": spread(1)}, keep_open=True, max_workers=1)
    job = trigger(flow=flow, launch=Launch(input=None, delay=3600)).job
    for _ in range(3):
        services.post_item(job=job, port=Port("a", "input"), payload={})
    steps = job.activations.order_by("id").values_list("status", flat=True)
    assert list(steps) == ["held", "waiting", "waiting"]

    later(job)
    services.close(job=job)
    run_jobs()
    assert (len(results(job)), statuses()) == (3, ["completed"])


def test_it_admits_what_a_crash_left_behind() -> None:
    """A session that died between a job's end and the next one's turn leaves nothing that could leak."""
    flow = limited(concurrency={"limit": 1})
    first, second = start(flow), start(flow)
    Job.objects.filter(pk=first.pk).update(status="failed", open=0)
    first.activations.update(status="failed")

    assert (admission.sweep(), admission.sweep()) == (1, 0)
    second.refresh_from_db()
    assert second.status == JobStatus.PENDING


def test_it_lets_others_in_when_one_flow_has_something_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    flows = [make_flow(name, {"a": "test_switch"}, concurrency={"limit": 1}) for name in ("bad", "good")]
    held, freed = [start(flow) for flow in flows], [start(flow) for flow in flows]
    Job.objects.filter(pk__in=[job.pk for job in held]).update(status="failed", open=0)
    keys = [job.concurrency_key for job in held]
    broken = lambda seen, **more: decide(seen, **more) if keys[1] in more["taken"] else 1 / 0  # noqa: E731
    monkeypatch.setattr(admission, "decide", broken)

    assert admission.sweep() == 1
    assert [Job.objects.get(pk=job.pk).status for job in freed] == [JobStatus.QUEUED, JobStatus.PENDING]


def test_it_says_why_a_job_waits() -> None:
    flow = limited(concurrency={"limit": 1, "key": "n"}, rate_limit={"count": 1, "per_seconds": 60})
    first, second, third = start(flow, n=1), start(flow, n=1), start(flow, n=2)
    fourth = trigger(flow=flow, launch=Launch(input={"n": 3}, delay=60)).job
    for job in (first, second, third, fourth):
        job.refresh_from_db()

    told = [admission.why(job) for job in (first, second, third, fourth)]
    assert [why and why.reason for why in told] == [None, "concurrency", "rate", "start_time"]
    assert told[1] is not None and told[1].holders == (first.pk,)
