"""Bars on a line of time: pure, so that a law can be stated of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

import jobs
from jobs.history.timeline import MOST_ROWS, WIDTH, Span, story, timeline
from jobs.models import Job
from jobs.states import STEP_OPEN, StepStatus
from tests.pages import rows
from tests.pages.reading import html, text

BEGIN = datetime(2026, 1, 31, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def span(number: int = 1, begin: float = 0, waited: float = 1, ran: float = 2, **more: object) -> Span:
    times = {"created": at(begin), "started": at(begin + waited), "finished": at(begin + waited + ran)}
    return Span(**{"id": number, "node": "a", "status": "completed", "attempts": 1, **times, **more})  # type: ignore[arg-type]


def test_it_draws_waiting_and_running() -> None:
    lane = timeline([span(waited=1, ran=3)], begin=BEGIN, now=at(9)).lanes[0]

    assert [(bar.kind, bar.x, bar.width) for bar in lane.rows[0]] == [("wait", 0, 250), ("completed", 250, 750)]


def test_it_draws_earlier_attempts_until_the_last_of_them_ended() -> None:
    step = span(waited=4, ran=1, attempts=3, failures=(at(1), at(2)))
    lane = timeline([step], begin=BEGIN, now=at(9)).lanes[0]

    assert [(bar.kind, bar.x) for bar in lane.rows[0]] == [("tried", 0), ("wait", 400), ("completed", 800)]
    assert story(step, now=at(9)) == "a, step 1: 2 attempts failed in the first 4.0 s, completed after 1.0 s."


def test_it_puts_what_overlaps_into_rows_of_its_own() -> None:
    lane = timeline([span(1), span(2, begin=1), span(3, begin=5)], begin=BEGIN, now=at(9)).lanes[0]

    assert [{bar.step for bar in row} for row in lane.rows] == [{1, 3}, {2}]


def test_it_tells_what_has_not_ended() -> None:
    waits = span(status="ready", started=None, finished=None)
    runs = span(status="running", finished=None)
    again = span(status="retrying", finished=None, due=at(60))

    assert story(waits, now=at(9)) == "a, step 1: has waited for a free lane for 9.0 s."
    assert story(runs, now=at(9)) == "a, step 1: waited 1.0 s, has run for 8.0 s."
    assert story(again, now=at(9)) == "a, step 1: 1 attempt failed, will be tried again at 12:01:00 UTC."


def test_it_draws_the_wait_for_a_retry_as_one() -> None:
    step = span(status="retrying", waited=4, finished=None, attempts=2, failures=(at(1), at(5)), due=at(60))
    lane = timeline([step], begin=BEGIN, now=at(10)).lanes[0]

    assert [(bar.kind, bar.x, bar.width) for bar in lane.rows[0]] == [("tried", 0, 500), ("wait", 500, 500)]


@pytest.mark.parametrize("status", sorted(STEP_OPEN - {"running", "retrying"}))
def test_it_draws_what_does_not_run_as_waiting(status: str) -> None:
    step = span(status=status, waited=1, finished=None)

    assert [bar.kind for bar in timeline([step], begin=BEGIN, now=at(9)).lanes[0].rows[0]] == ["wait", "wait"]
    assert story(step, now=at(9)).endswith(" for 8.0 s.")


def test_it_has_a_colour_for_every_bar() -> None:
    css = (Path(jobs.__file__).parent / "static/jobs/jobs.css").read_text()
    drawn = {timeline([span(status=status)], begin=BEGIN, now=at(9)).lanes[0].rows[0][-1].kind for status in StepStatus}

    assert [kind for kind in sorted(drawn) if f".bar-{kind}" not in css] == []


_SECONDS = st.floats(min_value=0, max_value=10_000, allow_nan=False)


@given(st.lists(st.tuples(_SECONDS, _SECONDS, _SECONDS), max_size=40))
def test_it_keeps_each_bar_in_the_picture_and_apart_from_its_neighbours(times: list[tuple[float, ...]]) -> None:
    spans = [span(number, *three) for number, three in enumerate(times)]
    found = timeline(spans, begin=BEGIN, now=at(0))

    bars = [bar for lane in found.lanes for row in lane.rows for bar in row]
    assert all(0 <= bar.x <= WIDTH and bar.width > 0 for bar in bars)
    assert {bar.step for bar in bars} == {one.id for one in spans}
    assert all(len(lane.rows) <= MOST_ROWS for lane in found.lanes)


def test_it_stands_on_the_page_of_the_job(as_bob: Client, job: Job) -> None:
    step = rows.fail(job)
    later = timezone.now() + timedelta(seconds=2)
    type(step).objects.filter(pk=step.pk).update(attempt=2, started_at=later, finished_at=later)
    page = html(as_bob, job.get_absolute_url())

    assert 'class="bar-failed"' in page
    assert "1 attempt failed in the first" in text(page)


def test_it_knows_when_the_newest_attempt_ended_while_it_waits(as_bob: Client, job: Job) -> None:
    step = job.activations.get()
    rows.say(step, error={"type": "ValueError"})
    type(step).objects.filter(pk=step.pk).update(status="retrying", attempt=1, started_at=timezone.now())

    assert 'class="bar-tried"' in html(as_bob, job.get_absolute_url())
