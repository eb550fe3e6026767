"""A long history costs a page no more than a short one: each of its questions goes by an index."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.history import seed
from benchmarks.pages import PAGES
from tests.engine import make_flow

ROWS = 20_000
BOUNDED = "admin: jobs"  #: counts, and no further than 10 000 rows


@pytest.fixture
def history(bob: User) -> Iterator[None]:
    flows = [make_flow(name, {"first": "test_pass"}, entry="first.input") for name in ("orders", "cleanup")]
    seed(flows, rows=ROWS, actors=[bob.pk])
    yield


def plans(client: Client, path: str) -> list[str]:
    """How Postgres would answer each question about jobs that the page asks."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    asked = [query["sql"] for query in queries if "jobs_job" in query["sql"] and query["sql"].startswith("SELECT")]
    with connection.cursor() as cursor:
        return [_plan(cursor, sql) for sql in asked]


def _plan(cursor: object, sql: str) -> str:
    cursor.execute(f"EXPLAIN {sql}")  # type: ignore[attr-defined]
    return "\n".join(row[0] for row in cursor.fetchall())  # type: ignore[attr-defined]


def test_it_reads_no_page_of_the_history_row_by_row(as_bob: Client, history: None) -> None:
    found = {path: plans(as_bob, path) for name, path in PAGES.items() if name != BOUNDED}

    assert any(found.values())
    assert {path: plan for path, all_ in found.items() for plan in all_ if "Seq Scan on jobs_job" in plan} == {}


def test_it_keeps_the_first_page_light(as_bob: Client, history: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = as_bob.get("/jobs/").content

    assert len(page) <= 60 * 1024
    assert len(queries) <= 6
