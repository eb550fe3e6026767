"""The proxy loses the answer to a commit, or the commit, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from routilux_site import postgres
from routilux_site.embedded.server import PORT
from tests.faults.proxy import Proxy, a_proxy

pytestmark = pytest.mark.xdist_group("proxy")

#: Of this process alone: another run of the suite may be at the same server.
TABLE = Identifier(f"proxied_{uuid4().hex}")
INSERT = SQL("INSERT INTO {} VALUES (1)").format(TABLE)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    params = postgres.ensure()
    with a_proxy(postgres.server().socket_dir / f".s.PGSQL.{PORT}") as proxy:
        with psycopg.connect(**params, autocommit=True) as setup:
            setup.execute(SQL("CREATE TABLE {} (n int)").format(TABLE))
        yield proxy
        with psycopg.connect(**params, autocommit=True) as setup:
            setup.execute(SQL("DROP TABLE {}").format(TABLE))


def rows() -> int:
    with psycopg.connect(**postgres.ensure()) as connection:
        found = connection.execute(SQL("SELECT count(*) FROM {}").format(TABLE)).fetchone()
    return found[0] if found else 0


def test_it_cuts_before_and_after_a_commit(proxy: Proxy) -> None:
    kept = []
    for fault in ("before_commit", "after_commit"):
        proxy.arm(fault)
        with pytest.raises(psycopg.OperationalError), psycopg.connect(proxy.url) as connection:
            connection.execute(INSERT)
        kept.append(rows())
    assert (kept, dict(proxy.done)) == ([0, 1], {"before_commit": 1, "after_commit": 1})


def test_it_lets_through_what_it_is_not_asked_to_spoil(proxy: Proxy) -> None:
    with psycopg.connect(proxy.url) as connection:
        connection.execute(INSERT)
    assert rows() == 1


def test_it_resets_what_is_connected(proxy: Proxy) -> None:
    with psycopg.connect(proxy.url) as connection:
        connection.execute("SELECT 1")
        proxy.reset()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT pg_sleep(5)")
