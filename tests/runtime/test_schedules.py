from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from jobs.errors import FlowNotRunnable, JobError, WrongState
from jobs.history.usage import usage_of_flows
from jobs.models import Job, Schedule, Ticket
from jobs.schedules import firing
from jobs.schedules import verbs as schedules
from templates_app import services as templates
from templates_app.models import FlowPrototype
from tests.engine import make_flow, run_jobs, run_session

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def flow() -> FlowPrototype:
    return make_flow("one", {"a": "test_pass"}, input_schema={"required": ["n"]})


def scheduled(flow: FlowPrototype, name: str = "s", actor: Any = None, **fields: Any) -> Schedule:
    timing = {} if "cron" in fields else {"interval_seconds": 60}
    wanted = {"name": name, "flow": flow, "input": {"n": 1}, **timing, **fields}
    return schedules.create(fields=wanted, actor=actor)


def due(schedule: Schedule, monkeypatch: pytest.MonkeyPatch, *, since: timedelta = timedelta(0)) -> Schedule:
    """As if it were noon, and the schedule had been due `since` then."""
    monkeypatch.setattr(firing, "database_clock", lambda: NOON)
    Schedule.objects.filter(pk=schedule.pk).update(next_at=NOON - since, anchor_at=NOON - since)
    return schedule


def fired(schedule: Schedule) -> Schedule:
    firing.fire_due()
    schedule.refresh_from_db()
    return schedule


def told(schedule: Schedule) -> list[str]:
    return list(schedule.events.values_list("kind", flat=True))


def test_it_makes_one_job_a_slot_and_looks_ahead(
    flow: FlowPrototype, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = due(scheduled(flow, actor=bob), monkeypatch)
    fired(schedule)
    assert firing.fire_due() == 0

    job = Job.objects.get()
    assert (job.schedule, job.slot_at, job.actor, schedule.last_job_id) == (schedule, NOON, bob, job.pk)
    assert (schedule.next_at, schedule.last_slot_at) == (NOON + timedelta(minutes=1), NOON)


def test_it_runs_in_a_session_and_leaves_a_ticket_for_the_next_slot(flow: FlowPrototype) -> None:
    schedule = scheduled(flow, cron="0 6 * * *")
    [visible_at] = Ticket.objects.values_list("visible_at", flat=True)
    assert schedule.next_at is not None and abs(visible_at - schedule.next_at) < timedelta(minutes=1)

    Schedule.objects.update(next_at=timezone.now())
    Ticket.objects.all().delete()
    run_session()
    run_jobs()
    assert Job.objects.get().status == "completed"
    assert Ticket.objects.exists()


def test_it_refuses_a_second_job_for_a_slot_in_the_database(
    flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch
) -> None:
    fired(due(scheduled(flow), monkeypatch))
    job = Job.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job(flow=flow, revision=job.revision, schedule=job.schedule, slot_at=job.slot_at).save(force_insert=True)


def test_it_makes_no_second_job_when_its_clock_is_turned_back(
    flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = due(scheduled(flow, overlap="parallel"), monkeypatch)
    fired(schedule)
    due(schedule, monkeypatch)
    fired(schedule)

    assert (Job.objects.count(), schedule.next_at) == (1, NOON + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("catch_up", "jobs", "kinds"), [("all", 10, ["missed"]), ("one", 1, ["missed"]), ("none", 0, ["missed"])]
)
def test_it_catches_up_after_an_outage(
    flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch, catch_up: str, jobs: int, kinds: list[str]
) -> None:
    asked: dict[str, Any] = {
        "catch_up": catch_up,
        "catch_up_limit": 10,
        "overlap": "parallel",
        "interval_seconds": 3600,
    }
    schedule = fired(due(scheduled(flow, **asked), monkeypatch, since=timedelta(hours=99.5)))

    assert (Job.objects.count(), told(schedule)[1:]) == (jobs, kinds)
    assert schedule.events.last().data["slots"] == 100 - jobs  # type: ignore[union-attr]


def test_it_skips_a_slot_while_an_earlier_job_is_under_way(
    flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = fired(due(scheduled(flow), monkeypatch))
    fired(due(schedule, monkeypatch, since=-timedelta(0)))
    monkeypatch.setattr(firing, "database_clock", lambda: NOON + timedelta(minutes=1))
    Schedule.objects.update(next_at=NOON + timedelta(minutes=1) - timedelta(seconds=1))
    fired(schedule)

    assert (Job.objects.count(), told(schedule)[-1]) == (1, "skipped")


@pytest.mark.parametrize("limits", [{}, {"concurrency": {"limit": 5}}])
def test_it_queues_a_slot_behind_the_earlier_job(limits: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    flow = make_flow("queueing", {"a": "test_pass"}, **limits)
    asked: dict[str, Any] = {"overlap": "queue", "interval_seconds": 1}
    fired(due(scheduled(flow, **asked), monkeypatch, since=timedelta(seconds=2)))
    assert list(Job.objects.order_by("id").values_list("status", flat=True)) == ["pending", "queued", "queued"]

    Schedule.objects.update(enabled=False)
    run_jobs()
    assert set(Job.objects.values_list("status", flat=True)) == {"completed"}


def test_it_skips_slots_when_its_queue_is_long(flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {"overlap": "queue", "interval_seconds": 1}
    schedule = fired(due(scheduled(flow, **asked), monkeypatch, since=timedelta(seconds=30)))

    skipped = schedule.events.get(kind="skipped").data["slots"]
    assert Job.objects.count() + skipped == 31
    assert Job.objects.filter(status="queued").count() <= firing.LONGEST_QUEUE


def test_it_shows_what_is_wrong_with_a_broken_schedule_and_runs_the_others(
    flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, healthy = scheduled(flow, "broken"), scheduled(flow, "healthy")
    Schedule.objects.filter(pk=broken.pk).update(input={"m": 1})
    for schedule in (broken, healthy):
        fired(due(schedule, monkeypatch))
    broken.refresh_from_db()

    assert [job.schedule for job in Job.objects.all()] == [healthy]
    assert (broken.problem, told(broken)[-1]) == ('"n" is a required property', "problem")
    assert broken.next_at == NOON + timedelta(minutes=1)


def test_it_survives_a_schedule_that_the_database_refuses(flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, healthy = (due(scheduled(flow, name), monkeypatch) for name in ("broken", "healthy"))
    launch_of = schedules.launch_of

    def launch(schedule: Schedule, slot: datetime) -> Any:
        if schedule == broken:
            raise DataError("value out of range")
        return launch_of(schedule, slot)

    monkeypatch.setattr(schedules, "launch_of", launch)
    fired(broken)

    assert [job.schedule for job in Job.objects.all()] == [healthy]
    assert "value out of range" in Schedule.objects.get(pk=broken.pk).problem


def test_it_survives_a_schedule_that_cannot_be_read(flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = scheduled(flow, cron="0 6 * * *")
    Schedule.objects.filter(pk=schedule.pk).update(time_zone="Atlantis/Main")
    fired(due(schedule, monkeypatch))

    assert (schedule.next_at, Job.objects.count()) == (None, 0)
    assert "cannot tell when it is due" in schedule.problem


def test_it_says_so_when_its_flow_was_archived(flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = scheduled(flow)
    templates.archive(flow)
    assert "archived" in fired(due(schedule, monkeypatch)).problem


def test_it_stops_when_its_owner_may_no_longer_run_flows(
    flow: FlowPrototype, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = scheduled(flow, actor=bob)
    User.objects.update(is_active=False)

    assert "bob may not trigger" in fired(due(schedule, monkeypatch)).problem
    assert not Job.objects.exists()


def test_it_pauses_and_resumes_without_missing_anything(
    flow: FlowPrototype, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = scheduled(flow)
    schedules.pause(schedule=schedule, actor=bob, reason="holiday")
    assert firing.fire_due() == 0
    with pytest.raises(WrongState, match="paused already"):
        schedules.pause(schedule=schedule, actor=bob)

    resumed = schedules.resume(schedule=schedule, actor=bob)
    assert resumed.next_at is not None and resumed.next_at > timezone.now()
    assert told(schedule) == ["created", "paused", "resumed"]


def test_it_runs_by_hand_beside_its_slots(flow: FlowPrototype, bob: User) -> None:
    schedule = scheduled(flow, cron="0 6 * * *")
    jobs = [schedules.run_now(schedule=schedule, actor=bob) for _ in range(2)]

    assert [(job.schedule, job.slot_at) for job in jobs] == [(schedule, None)] * 2
    assert told(schedule) == ["created", "run_now", "run_now"]


def test_it_counts_what_follows_a_flow(flow: FlowPrototype) -> None:
    scheduled(flow, "a"), scheduled(flow, "b")
    schedules.archive(schedule=scheduled(flow, "c"))

    assert usage_of_flows([flow.pk])[flow.pk].schedules == 2


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"cron": "0 6 * *"}, "cron"),
        ({"cron": "0 0 6 * * *"}, "cron"),
        ({"cron": "0 0 31 2 *"}, "cron"),
        ({"cron": "0 6 * * *", "interval_seconds": 5}, "cron"),
        ({"interval_seconds": None}, "cron"),
        ({"interval_seconds": 0}, "interval_seconds"),
        ({"interval_seconds": 10**9}, "interval_seconds"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"overlap": "sometimes"}, "overlap"),
        ({"catch_up_limit": 0}, "catch_up_limit"),
        ({"name": "with space"}, "name"),
        ({"input": {}}, "input"),
        ({"priority": 1000}, "priority"),
        ({"entry": "nowhere"}, "entry"),
    ],
)
def test_it_refuses_what_could_not_run(flow: FlowPrototype, fields: dict[str, Any], path: str) -> None:
    with pytest.raises(JobError) as refused:
        scheduled(flow, **fields)
    assert refused.value.path == path
    assert not Schedule.objects.exists()


def test_it_refuses_a_flow_that_cannot_be_run(flow: FlowPrototype) -> None:
    templates.archive(flow)
    with pytest.raises(FlowNotRunnable):
        scheduled(flow)
