from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.schedules.slots import GRACE, CatchUp, Cron, Every, Timing, next_slots, plan

BERLIN = "Europe/Berlin"
ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
zones = st.sampled_from([BERLIN, "America/New_York", "Asia/Kolkata", "UTC", "America/Santiago"])
expressions = st.sampled_from(["*/5 * * * *", "30 2 * * *", "0 9 * * 1-5", "0 0 31 * *", "15 */6 * * *", "59 23 L * *"])
timings: st.SearchStrategy[Timing] = st.builds(Cron, expressions, zones) | st.builds(
    Every, st.integers(1, 10**6), st.just(ANCHOR)
)
FEW = settings(max_examples=40, deadline=None)
catch_ups: st.SearchStrategy[CatchUp] = st.sampled_from(["all", "one", "none"])


def local(day: datetime, expression: str, count: int) -> list[str]:
    slots = next_slots(Cron(expression, BERLIN), day.replace(tzinfo=ZoneInfo(BERLIN)), count)
    return [f"{slot.astimezone(ZoneInfo(BERLIN)):%d %H:%M%z}" for slot in slots]


def test_it_runs_once_right_after_the_gap_of_spring() -> None:
    # The clock goes from 02:00 to 03:00 on 29 March.
    assert local(datetime(2026, 3, 28, 12), "30 2 * * *", 2) == ["29 03:00+0200", "30 02:30+0200"]


def test_it_runs_once_in_the_double_hour_of_autumn() -> None:
    # 02:00 to 03:00 comes twice on 25 October.
    assert local(datetime(2026, 10, 24, 12), "30 2 * * *", 2) == ["25 02:30+0200", "26 02:30+0100"]


def test_it_keeps_the_beat_of_a_frequent_schedule_through_both() -> None:
    for day in (datetime(2026, 3, 29, 0), datetime(2026, 10, 25, 0)):
        slots = next_slots(Cron("*/15 * * * *", BERLIN), day.replace(tzinfo=ZoneInfo(BERLIN)), 40)
        assert {later - slot for slot, later in pairwise(slots)} == {timedelta(minutes=15)}


def test_it_keeps_an_interval_through_daylight_saving() -> None:
    slots = next_slots(Every(86400, ANCHOR), datetime(2026, 3, 28, tzinfo=UTC), 3)
    assert [slot.hour for slot in slots] == [0, 0, 0]


@FEW
@given(timings, moments, st.integers(1, 30))
def test_it_gives_each_slot_once_and_in_order(timing: Timing, moment: datetime, count: int) -> None:
    slots = next_slots(timing, moment, count)
    assert len(slots) == count
    assert all(first < later for first, later in zip([moment, *slots], slots, strict=False))


@FEW
@given(timings, moments, st.integers(0, 40), catch_ups)
def test_it_runs_or_gives_up_each_slot_exactly_once(
    timing: Timing, moment: datetime, passed: int, catch_up: CatchUp
) -> None:
    slots = next_slots(timing, moment, passed + 1)
    found = plan(timing, next_at=slots[0], now=slots[passed], catch_up=catch_up, most=100)

    assert len(found.run) + found.missed == passed + 1
    assert set(found.run) <= set(slots)
    assert found.next_at is not None and found.next_at > slots[passed]


@FEW
@given(timings, moments, st.integers(1, 10**8), catch_ups, st.integers(1, 50))
def test_it_runs_no_more_than_the_bound_after_however_long_an_outage(
    timing: Timing, moment: datetime, seconds: int, catch_up: CatchUp, most: int
) -> None:
    first = next_slots(timing, moment, 1)[0]
    now = first + timedelta(seconds=seconds)
    found = plan(timing, next_at=first, now=now, catch_up=catch_up, most=most)

    assert len(found.run) <= most
    assert all(first <= slot <= now for slot in found.run)
    assert found.next_at is not None and found.next_at > now


@pytest.mark.parametrize(("catch_up", "ran"), [("all", 60), ("one", 1), ("none", 0)])
def test_it_catches_up_as_it_is_told(catch_up: CatchUp, ran: int) -> None:
    first = datetime(2026, 5, 1, 12, tzinfo=UTC)
    now = first + timedelta(minutes=59, seconds=61)
    found = plan(Every(60, first), next_at=first, now=now - timedelta(seconds=2), catch_up=catch_up, most=100)
    assert len(found.run) == max(ran, 1)

    late = plan(Cron("0 * * * *", "UTC"), next_at=first, now=first + timedelta(hours=59.5), catch_up=catch_up, most=100)
    assert len(late.run) == ran


def test_it_runs_what_is_only_a_little_late_whatever_the_catch_up() -> None:
    first = datetime(2026, 5, 1, 12, tzinfo=UTC)
    found = plan(Every(1, first), next_at=first, now=first + timedelta(seconds=5), catch_up="none", most=100)
    assert (len(found.run), found.missed) == (6, 0)


def test_it_does_nothing_twice_when_the_clock_goes_back() -> None:
    first = datetime(2026, 5, 1, 12, tzinfo=UTC)
    timing = Every(60, first)
    done = plan(timing, next_at=first, now=first, catch_up="all", most=100)
    assert done.next_at is not None

    again = plan(timing, next_at=done.next_at, now=first - timedelta(hours=1), catch_up="all", most=100)
    assert (again.run, again.next_at) == ([], done.next_at)
    assert first + GRACE == done.next_at
