"""Statements of the hot path are planned once, when the tables may be empty: they must go by key all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from jobs.runtime.store.claim import claiming
from jobs.runtime.store.commit import statement
from jobs.runtime.store.link import Link, open_link, run

BACKLOG = """
INSERT INTO jobs_activation (job_id, node, status, priority)
SELECT gen_random_uuid(), 'a', CASE WHEN mod(n, 3) > 0 THEN 'ready' ELSE 'completed' END, mod(n, 9)
FROM generate_series(1, %(ready)s) n
"""
#: Jobs of which a few run, each with ten steps: one runs, one is ready, the others are over. A tenth of their items
#: waits.
GROWN = """
WITH job AS (
    INSERT INTO jobs_job (id, flow_id, revision_id, status, priority, entry, keep_open, max_attempts, open,
                          error_node, error_summary, request_id)
    SELECT gen_random_uuid(), 1, 1, CASE WHEN mod(n, 20) > 0 THEN 'completed' ELSE 'running' END, 0, 'a.input', false,
           3, 2, '', '', ''
    FROM generate_series(1, %(jobs)s) n RETURNING id
), step AS (
    INSERT INTO jobs_activation (job_id, node, status, session_id)
    SELECT id, 'a', CASE n WHEN 1 THEN 'running' WHEN 2 THEN 'ready' ELSE 'completed' END,
           CASE n WHEN 1 THEN %(session)s::uuid END
    FROM job, generate_series(1, 10) n RETURNING id, job_id
)
INSERT INTO jobs_item (job_id, node, slot, payload, consumed_by_id)
SELECT job_id, 'a', 'input', '{}', CASE WHEN mod(id, 10) > 0 THEN id END FROM step
"""
PARAMS: dict[str, Any] = {
    "lanes": 10,
    "ahead": 20,
    "session": uuid4(),
    "count": 0,
    "item_count": 0,
    "announce": None,
    **dict.fromkeys(("steps", "new_steps", "items", "logs"), "[]"),
    "takes": "{}",
}
BY_KEY = {"jobs_activation_runnable", "jobs_activation_session", "jobs_item_consumer"}


@pytest.fixture
def link(transactional_db: None) -> Iterator[Link]:
    # Tests before this one leave statistics behind, and autovacuum comes by when it likes: as on the first day, locked.
    with open_link("plans") as link, link.transaction(force_rollback=True):
        run(link, "TRUNCATE jobs_job, jobs_session CASCADE")
        yield link


def told(link: Link, sql: str) -> str:
    """The plan that is kept, for whatever values come: not the one for these."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", sql)))
    for place, name in enumerate(names, 1):
        sql = sql.replace(f"%({name})s", f"${place}")
    run(link, f"PREPARE told AS {sql}")
    values = ", ".join("NULL" if (value := PARAMS[name]) is None else f"'{value}'" for name in names)
    plan = run(link, f"EXPLAIN EXECUTE told ({values})").fetchall()
    run(link, "DEALLOCATE told")
    return "\n".join(row[0] for row in plan)


def indexes(link: Link, sql: str) -> set[str]:
    """Those that are read other than for an id: to that, Postgres may skip through an index that begins otherwise."""
    plan = told(link, sql)
    assert "Seq Scan" not in plan
    found = re.findall(r"Index (?:Only )?Scan (?:Backward )?using (\w+) on .*\n *(.*)", plan)
    return {name for name, condition in found if not re.match(r"Index Cond: \(+id = ", condition)}


@pytest.mark.parametrize("scarce", [False, True])
def test_it_claims_by_key(link: Link, scarce: bool) -> None:
    assert indexes(link, claiming(lanes=10, scarce=scarce, loop=10, which="NOT alone")) <= BY_KEY


@pytest.mark.parametrize("scarce", [False, True])
def test_it_finds_the_first_of_a_long_backlog_by_an_index(link: Link, scarce: bool) -> None:
    run(link, BACKLOG, {"ready": 100_000})
    run(link, "ANALYZE jobs_activation")

    plan = told(link, claiming(lanes=10, scarce=scarce, loop=10, which="NOT alone"))
    assert "Hash Join" not in plan
    assert len(re.findall(r"LockRows.*\n.*Index Scan using jobs_activation_runnable", plan)) == 2


@pytest.mark.parametrize(("moves", "takes", "logs"), list(product([True, False], repeat=3)))
def test_it_commits_by_key(link: Link, moves: bool, takes: bool, logs: bool) -> None:
    assert indexes(link, statement(moves=moves, takes=takes, logs=logs)) <= BY_KEY


@pytest.mark.parametrize("jobs", [30, 300, 3000])
def test_it_still_goes_by_key_when_it_is_planned_later(link: Link, jobs: int) -> None:
    run(link, GROWN, {"jobs": jobs, "session": uuid4()})
    run(link, "ANALYZE jobs_job, jobs_activation, jobs_item")
    claims = [claiming(lanes=10, scarce=scarce, loop=10, which="NOT alone") for scarce in (False, True)]
    commits = [statement(moves=True, takes=takes, logs=True) for takes in (False, True)]

    for plan in (told(link, sql) for sql in claims + commits):
        assert not re.search("Seq Scan|(Hash|Merge) (.* )?Join", plan)
        assert not re.findall(r"Index .*Scan .*\n(?!\s*Index Cond)", plan)  # a whole index, when the table was small
