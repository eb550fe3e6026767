from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now
from django.db.utils import OperationalError
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from jobs.doctor import ground
from jobs.doctor.findings import FEW, Finding, examine, few
from jobs.models import Activation, Cluster, Schedule, Session
from jobs.models.webhook import DeliveryStatus, Webhook, WebhookDelivery
from jobs.runtime.store.health import DeadRows
from templates_app.models import FlowPrototype
from tests.commands.calls import Said, call
from tests.engine import start

HOUR = timedelta(hours=1)


@pytest.fixture
def healthy(db: None) -> None:
    Cluster.objects.create(id="c", host="h", pid=1, workers=2)


@pytest.fixture(autouse=True)
def no_other_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests may hold a snapshot of the same server, or leave dead rows in the same tables."""
    monkeypatch.setattr(ground, "oldest_snapshot_seconds", lambda link: None)
    monkeypatch.setattr(ground, "dead_rows", lambda link: [])


def doctor(*words: str) -> Said:
    return call("doctor", *words)


def codes() -> list[str]:
    return [finding.code for finding in examine().findings]


def test_it_finds_nothing_where_all_is_well(healthy: None) -> None:
    said = doctor()
    assert (said.code, said.err) == (0, "")
    assert "Nothing is in the way." in said.out
    assert "lease 15" in said.out


def test_it_tells_place_and_remedy_of_each_finding(db: None) -> None:
    said = doctor("--json")
    [finding] = said.json["findings"]
    assert (said.code, said.json["fine"], finding["code"]) == (1, False, "no-runtime")
    assert "manage.py runtime" in finding["remedy"]


def test_it_takes_few_queries(healthy: None, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(25):
        examine()


def test_it_says_that_the_database_is_away(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused\nis it running?")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "ensure_connection", refuse)
        [finding] = examine().findings
    assert (finding.code, finding.fact) == ("no-database", "It cannot be reached: connection refused.")


def test_it_names_migrations_that_are_missing(healthy: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Plan:
        app_label, name = "jobs", "0099_next"

    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: [(Plan, False)])
    [finding] = examine().findings
    assert (finding.code, "jobs.0099_next" in finding.fact) == ("not-migrated", True)


def test_it_tells_what_slows_the_database_down(healthy: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "oldest_snapshot_seconds", lambda link: 301.0)
    monkeypatch.setattr(ground, "dead_rows", lambda link: [DeadRows("jobs_item", 10, 20_000)])
    assert codes() == ["old-snapshot", "dead-rows"]


def test_it_tells_settings_that_do_not_fit(healthy: None, settings: Settings) -> None:
    settings.ROUTILUX = {**settings.ROUTILUX, "HEARTBEAT": 14.0}
    assert codes() == ["routilux.E001"]


def test_it_finds_work_that_is_stuck(healthy: None, line: FlowPrototype) -> None:
    job = start(line)
    Activation.objects.filter(job=job).update(ready_at=Now() - HOUR)
    retrying = {"status": "retrying", "due_at": Now() - HOUR}
    Activation.objects.create(job=job, node="b", **retrying)
    Session.objects.create(host="h", pid=7, lanes=1, heartbeat_at=Now() - HOUR)
    assert codes() == ["backlog", "lost-session", "late-retry"]


def broken_flow(flow: FlowPrototype, schedule: dict[str, Any]) -> None:
    FlowPrototype.objects.filter(pk=flow.pk).update(archived_at=Now())


def refused_slot(flow: FlowPrototype, schedule: dict[str, Any]) -> None:
    schedule["problem"] = "the input does not fit"


def late_slot(flow: FlowPrototype, schedule: dict[str, Any]) -> None:
    schedule["next_at"] = Now() - HOUR


@pytest.mark.parametrize(
    ("spoil", "code"),
    [(broken_flow, "broken-schedule"), (refused_slot, "broken-schedule"), (late_slot, "late-schedule")],
)
def test_it_finds_schedules_that_make_no_jobs(
    healthy: None, line: FlowPrototype, spoil: Callable[..., None], code: str
) -> None:
    fields: dict[str, Any] = {"next_at": Now() + HOUR}
    spoil(line, fields)
    Schedule.objects.create(name="nightly", flow=line, interval_seconds=60, **fields)
    [finding] = examine().findings
    assert (finding.code, finding.place) == (code, "schedule nightly")


def test_it_finds_an_invalid_flow(healthy: None, line: FlowPrototype) -> None:
    FlowPrototype.objects.filter(pk=line.pk).update(head=None)
    assert codes() == ["templates_app.W003"]


def test_it_counts_deliveries_that_were_given_up(healthy: None, line: FlowPrototype) -> None:
    hook = Webhook.objects.create(name="shop", url="https://example.org", secret="s")
    for number, status in enumerate([DeliveryStatus.DEAD, DeliveryStatus.DEAD, DeliveryStatus.DELIVERED]):
        row = {"event_id": number, "job": start(line), "kind": "failed", "payload": {}, "status": status}
        WebhookDelivery.objects.create(webhook=hook, **row)
    [finding] = examine().findings
    assert finding.place == "webhook shop"
    assert finding.fact.startswith("2 deliveries")


def test_it_tells_the_first_of_many() -> None:
    many = [Finding("c", f"p{n}", "", "") for n in range(FEW + 1)]
    *first, rest = few(many, "c", "all")
    assert first == many[:FEW]
    assert rest.place == "all"
