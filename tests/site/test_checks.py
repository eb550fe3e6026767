from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.fixtures import Settings

from routilux_site import checks

PRODUCTION = {
    "SECRET_KEY": "a-key-of-one's-own-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "flows.example.org",
    "HTTPS": "True",
    "DATABASE_URL": "postgresql://routilux@db.example.org/routilux",
}


def test_routilux_e001(settings: Settings) -> None:
    settings.ROUTILUX = {**settings.ROUTILUX, "LEASE": 4.0, "HEARTBEAT": 3.0}
    [message] = checks.check_heartbeat()
    assert message.id == "routilux.E001"
    assert "3 s" in message.msg
    assert message.hint


def test_routilux_e002(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert [message.id for message in checks.check_shared_cache()] == ["routilux.E002"]


@pytest.mark.django_db
def test_routilux_e003(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_postgres_version(databases=["default"]) == []
    monkeypatch.setattr(checks, "OLDEST_POSTGRES", 99)
    assert [message.id for message in checks.check_postgres_version(databases=["default"])] == ["routilux.E003"]


def test_routilux_w001(settings: Settings) -> None:
    settings.SECRET_KEY = "generated-x"
    assert [message.id for message in checks.check_generated_key()] == ["routilux.W001"]


def test_routilux_w002(settings: Settings) -> None:
    settings.ROUTILUX_EMBEDDED_POSTGRES = True
    assert [message.id for message in checks.check_embedded_postgres()] == ["routilux.W002"]


def test_it_finds_nothing_wrong_with_the_defaults() -> None:
    assert checks.check_heartbeat() == checks.check_shared_cache() == []


def test_it_is_content_with_a_production_environment(tmp_path: Path) -> None:
    environment = {**os.environ, **PRODUCTION, "ROUTILUX_HOME": str(tmp_path)}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    result = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert {file.name for file in tmp_path.iterdir()} <= {"cache"}
