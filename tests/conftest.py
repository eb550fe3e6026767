"""People and the database of the whole suite. Alice writes templates, Bob operates, Charlie is a stranger."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import hypothesis
import psutil
import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django.fixtures import Settings

from routilux_site import postgres

# How long an example takes says more about the machine than about the code. A change is judged by the same examples as
# the one before it (CI is set there); everybody else goes on looking for new ones.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
    derandomize="CI" in os.environ,
)
hypothesis.settings.load_profile("house")
TEST_DATABASE = re.compile(r"test_routilux_(\d+)(_gw\d+)?")
OUR_APPS = ("templates_app", "jobs")


def pytest_configure() -> None:
    # One database per run: several runs in one clone must not meet.
    run = os.environ.setdefault("ROUTILUX_TEST_RUN", str(os.getpid()))
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_routilux_{run}"
    settings.THROTTLES = {}  # tests/api/test_throttles.py sets some
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    _drop_databases_of_dead_runs(postgres.ensure())


def _drop_databases_of_dead_runs(params: dict[str, Any]) -> None:
    with psycopg.connect(**params, autocommit=True) as connection:
        for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall():
            match = TEST_DATABASE.fullmatch(name)
            if match and not psutil.pid_exists(int(match[1])):
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def alice(db: None) -> User:
    """The author: writes and changes templates."""
    return _person("alice", apps=("templates_app",), staff=True)


@pytest.fixture
def bob(db: None) -> User:
    """The operator: staff, with every permission on templates and jobs."""
    return _person("bob", apps=OUR_APPS, staff=True)


@pytest.fixture
def charlie(db: None) -> User:
    """The stranger: can log in, may do nothing."""
    return _person("charlie", apps=(), staff=False)


def _person(name: str, *, apps: tuple[str, ...], staff: bool) -> User:
    user = User.objects.create_user(name, f"{name}@example.org", password=name, is_staff=staff)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=apps))
    return user


@pytest.fixture
def as_alice(alice: User) -> Client:
    return _client(alice)


@pytest.fixture
def as_bob(bob: User) -> Client:
    return _client(bob)


@pytest.fixture
def as_charlie(charlie: User) -> Client:
    return _client(charlie)


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def engine(transactional_db: None, settings: Settings) -> None:
    """For tests that run jobs in this process: sessions see only committed rows, and a test need not linger."""
    settings.ROUTILUX = {**settings.ROUTILUX, "LINGER": 0.0, "THREADS": 4}


@pytest.fixture
def csrf_client() -> Iterator[Client]:
    yield Client(enforce_csrf_checks=True)
