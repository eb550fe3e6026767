from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from routilux_site import health

HEALTHY = {"live_sessions": 0, "supervisors": 1, "oldest_runnable_seconds": None}


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    state: dict[str, Any] = dict(HEALTHY)
    monkeypatch.setattr(health, "runtime_health", lambda: state)
    return state


def test_it_answers_healthz_without_a_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_it_is_ready_when_all_is_well(client: Client, db: None, runtime: dict[str, Any]) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert set(response.json()["checks"].values()) == {"ok"}


@pytest.mark.parametrize(
    ("change", "failed"),
    [({"supervisors": 0}, "cluster"), ({"oldest_runnable_seconds": 61.0}, "backlog")],
)
def test_it_names_what_keeps_it_from_working(
    client: Client, db: None, runtime: dict[str, Any], change: dict[str, Any], failed: str
) -> None:
    runtime.update(change)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert [name for name, state in response.json()["checks"].items() if state == "failed"] == [failed]


def test_it_is_ready_while_a_session_lives_without_supervisor(
    client: Client, db: None, runtime: dict[str, Any]
) -> None:
    runtime.update(supervisors=0, live_sessions=2)
    assert client.get("/readyz").status_code == 200


def test_it_tells_the_reason_to_staff_only(as_bob: Client, as_charlie: Client, runtime: dict[str, Any]) -> None:
    runtime.update(supervisors=0)
    assert "manage.py runtime" in as_bob.get("/readyz").json()["problems"]["cluster"]
    assert "problems" not in as_charlie.get("/readyz").json()


def test_it_is_unready_without_a_database(
    client: Client, runtime: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setitem(health.CHECKS, "database", refuse)
    monkeypatch.setitem(health.CHECKS, "migrations", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "failed"
