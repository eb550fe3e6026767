from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from jobs.models import Job, Schedule
from tests.engine import make_flow

pytestmark = pytest.mark.django_db
LIST = "/admin/jobs/schedule/"


def said(flow: Any, **fields: Any) -> dict[str, Any]:
    usual = {"name": "daily", "flow": flow.pk, "input": "{}", "overrides": "", "priority": "0", "cron": "30 6 * * *"}
    usual |= {"time_zone": "Europe/Berlin", "overlap": "skip", "catch_up": "one", "catch_up_limit": "100"}
    return {**usual, **fields}


@pytest.fixture
def flow(db: None) -> Any:
    return make_flow("orders", {"a": "test_pass"})


@pytest.fixture
def daily(as_bob: Client, flow: Any) -> Schedule:
    answer = as_bob.post(f"{LIST}add/", said(flow))
    assert answer.status_code == 302, answer.content.decode()
    return Schedule.objects.get()


def test_it_creates_a_schedule_and_shows_when_it_runs(as_bob: Client, daily: Schedule) -> None:
    page = as_bob.get(f"{LIST}{daily.pk}/change/").content.decode()
    assert (str(daily.owner), list(daily.events.values_list("kind", flat=True))) == ("bob", ["created"])
    assert f"{daily.next_at:%Y-%m-%d %H:%M:%S}" in page
    assert "daily" in as_bob.get(LIST).content.decode()


def test_it_previews_without_saving(as_bob: Client, flow: Any) -> None:
    page = as_bob.post(f"{LIST}add/", said(flow, cron="0 0 1 1 *", _preview="1")).content.decode()

    assert page.partition("It would run at")[2].count("<li>") >= 5
    assert not Schedule.objects.exists()


def test_it_changes_a_schedule(as_bob: Client, flow: Any, daily: Schedule) -> None:
    fields = said(flow, cron="", interval_seconds="60", version="1")
    assert as_bob.post(f"{LIST}{daily.pk}/change/", fields).status_code == 302
    daily.refresh_from_db()
    assert (daily.interval_seconds, daily.version) == (60, 2)

    again = as_bob.post(f"{LIST}{daily.pk}/change/", {**fields, "priority": "5"}).content.decode()
    assert "Read it again" in again


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"cron": "soon"}, "five fields"), ({"time_zone": "Mars"}, "no time zone"), ({"input": "{"}, "errorlist")],
)
def test_it_shows_what_is_wrong_beside_the_field(as_bob: Client, flow: Any, fields: dict[str, str], told: str) -> None:
    assert told in as_bob.post(f"{LIST}add/", said(flow, **fields)).content.decode()
    assert not Schedule.objects.exists()


def test_it_pauses_resumes_runs_and_archives(as_bob: Client, daily: Schedule) -> None:
    for action in ("pause", "resume", "run_now", "archive"):
        as_bob.post(LIST, {"action": action, "_selected_action": [daily.pk]})
    daily.refresh_from_db()

    kinds = list(daily.events.values_list("kind", flat=True))
    assert (kinds[1:], Job.objects.count()) == (["paused", "resumed", "run_now", "archived"], 1)
    assert as_bob.get(f"{LIST}{daily.pk}/change/").status_code == 200


def test_it_is_closed_to_strangers(as_charlie: Client, daily: Schedule) -> None:
    assert as_charlie.get(LIST).status_code == 302
