from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from jobs.access import create_token
from jobs.models import Job, Schedule
from tests.api.calls import bearer, get, post, send
from tests.engine import make_flow

pytestmark = pytest.mark.django_db
DAILY = {"name": "daily", "flow": "orders", "input": {"n": 1}, "cron": "30 6 * * *", "time_zone": "Europe/Berlin"}


@pytest.fixture(autouse=True)
def _flow(db: None) -> None:
    make_flow("orders", {"first": "test_pass"})
    make_flow("other", {"first": "test_pass"})


@pytest.fixture
def daily(as_bob: Client) -> Any:
    answer = post(as_bob, "schedules", DAILY)
    assert answer.status_code == 201, answer.content
    return answer


def test_it_creates_a_schedule_and_tells_its_next_slots(as_bob: Client, daily: Any) -> None:
    said = daily.json()
    assert (daily["Location"], said["owner"], len(said["next_slots"])) == (said["link"], "bob", 5)
    assert get(as_bob, f"schedules/{said['id']}").json() == said
    assert [row["name"] for row in get(as_bob, "schedules").json()["results"]] == ["daily"]


def test_it_changes_what_the_caller_had_read(as_bob: Client, daily: Any) -> None:
    path, tag = f"schedules/{daily.json()['id']}", daily["ETag"]
    changed = send(as_bob, "PATCH", path, {"cron": "0 7 * * *"}, if_match=tag)
    assert (changed.status_code, changed.json()["cron"], changed.json()["version"]) == (200, "0 7 * * *", 2)

    assert send(as_bob, "PATCH", path, {"priority": 2}, if_match=tag).status_code == 412
    assert send(as_bob, "PATCH", path, {"priority": 2}).status_code == 428
    assert send(as_bob, "PATCH", path, {"priority": 2}, if_match="*").status_code == 200


def test_it_pauses_resumes_runs_and_archives(as_bob: Client, daily: Any) -> None:
    path = f"schedules/{daily.json()['id']}"
    assert post(as_bob, f"{path}/pause", {"reason": "holiday"}).json()["next_slots"] == []
    assert post(as_bob, f"{path}/pause").status_code == 409
    assert post(as_bob, f"{path}/resume").json()["enabled"] is True
    assert post(as_bob, f"{path}/run-now").status_code == 202

    assert send(as_bob, "DELETE", path, if_match="*").status_code == 204
    assert get(as_bob, path).status_code == 404
    kinds = list(Schedule.objects.get().events.values_list("kind", flat=True))
    assert kinds == ["created", "paused", "resumed", "run_now", "archived"]
    assert Job.objects.get().schedule == Schedule.objects.get()


@pytest.mark.parametrize(
    ("fields", "status", "pointer"),
    [
        ({"cron": "every day"}, 422, "/cron"),
        ({"cron": ""}, 422, "/cron"),
        ({"time_zone": "Mars"}, 422, "/time_zone"),
        ({"interval_seconds": 0}, 400, "/interval_seconds"),
        ({"overlap": "maybe"}, 400, "/overlap"),
        ({"flow": "nothing"}, 404, "/flow"),
        ({"func": "os.system"}, 400, "/func"),
        ({"overrides": {"settings": {"max_workers": 0}}}, 400, "/overrides/settings/max_workers"),
        ({"name": "a b"}, 422, "/name"),
    ],
)
def test_it_refuses_what_could_not_run(as_bob: Client, fields: dict[str, Any], status: int, pointer: str) -> None:
    answer = post(as_bob, "schedules", {**DAILY, **fields})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer)
    assert not Schedule.objects.exists()


def test_it_refuses_a_second_schedule_of_a_name(as_bob: Client, daily: Any) -> None:
    assert post(as_bob, "schedules", DAILY).status_code == 409


def test_it_shows_a_limited_token_only_schedules_of_its_flows(bob: User, daily: Any) -> None:
    token = bearer(create_token(user=bob, name="shop", flow_names=["other"]).text)

    assert get(token, "schedules").json()["results"] == []
    assert get(token, f"schedules/{daily.json()['id']}").status_code == 404
    assert post(token, "schedules", {**DAILY, "name": "mine"}).status_code == 404


def test_it_asks_for_the_permission_of_each_verb(charlie: User, as_charlie: Client, daily: Any) -> None:
    path = f"schedules/{daily.json()['id']}"
    charlie.user_permissions.set(Permission.objects.filter(codename__in=["view_schedule", "view_flowprototype"]))

    assert get(as_charlie, path).status_code == 200
    assert [post(as_charlie, f"{path}/{verb}").status_code for verb in ("pause", "run-now")] == [403, 403]
    assert send(as_charlie, "DELETE", path, if_match="*").status_code == 403
