"""Reads the database after the dust has settled, and says what is broken. It shares no code with the engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.invariants import INVARIANTS, VIEWS, Read, Rows
from tests.house import House

TABLES = """
CREATE TABLE IF NOT EXISTS hazard_journal (
    line serial, at float8, pid int, kind text, name text, job uuid, step bigint, attempt int);
CREATE TABLE IF NOT EXISTS hazard_pause (job uuid, since timestamptz, until timestamptz);
TRUNCATE hazard_journal;
"""
COPY = "COPY hazard_journal (at, pid, kind, name, job, step, attempt) FROM STDIN"


def violations(house: House) -> dict[str, Rows]:
    """Each broken invariant by its sentence, with the rows that break it."""
    with psycopg.connect(**house.server.params) as connection:
        connection.execute(f"{TABLES}{VIEWS}".encode())
        _read_in(connection, house.journal)
        return broken(lambda sql: connection.execute(sql.encode()).fetchall())


def broken(read: Read) -> dict[str, Rows]:
    asked = [invariant for invariants in INVARIANTS.values() for invariant in invariants]
    found = {str(invariant.__doc__): invariant(read) for invariant in asked}
    return {sentence: rows for sentence, rows in found.items() if rows}


def check(house: House) -> None:
    found = violations(house)
    assert not found, "\n".join(f"{sentence} Not so: {rows[:5]}" for sentence, rows in found.items())


def trails(house: House, job: str) -> list[list[str]]:
    """Through which nodes each result of the job came, sorted."""
    return sorted(payload["trail"] for payload in results(house, job))


def results(house: House, job: str) -> list[dict[str, Any]]:
    sql = "SELECT payload FROM jobs_item WHERE job_id = %s AND node = '' ORDER BY id"
    return [row[0] for row in house.rows(sql, job)]


def _read_in(connection: psycopg.Connection[Any], journal: Path) -> None:
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for line in journal.read_text(encoding="ascii").splitlines() if journal.exists() else ():
            copy.write_row(json.loads(line))
