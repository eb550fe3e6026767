from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from routilux_site import database


def test_it_reads_every_part_of_a_url() -> None:
    found = database.from_url("postgresql://al%40ice:p%3Aw@db.example.org:6543/fl%20ows?sslmode=require")
    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("al@ice", "p:w", "fl ows")
    assert (found["HOST"], found["PORT"]) == ("db.example.org", "6543")
    assert found["OPTIONS"] == {**database.KEEPALIVE, "sslmode": "require"}


def test_it_takes_a_socket_folder() -> None:
    found = database.from_url("postgres:///flows?host=/run/postgresql")
    assert (found["HOST"], found["NAME"], found["PORT"]) == ("/run/postgresql", "flows", "")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://u@h/db", "must start with postgresql://"),
        ("postgresql://u@h", "names no database"),
        ("postgresql://u@h:port/db", "cannot be read"),
        ("db.example.org", "must start with postgresql://"),
    ],
)
def test_it_says_what_is_wrong_with_a_url(url: str, message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=message):
        database.from_url(url)


@pytest.mark.parametrize("found", [database.embedded(Path("/h")), database.from_url("postgres://h/d")])
def test_it_keeps_connections_and_checks_them(found: dict[str, object]) -> None:
    assert found["CONN_MAX_AGE"] is None
    assert found["CONN_HEALTH_CHECKS"] is True
