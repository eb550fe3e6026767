"""The oracle is content with work that went well, and sees each kind of harm that is done to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.engine import make_flow, results, run_jobs, start
from tests.faults import work
from tests.faults.invariants import VIEWS, Rows
from tests.faults.oracle import TABLES, broken
from tests.hazards import routines as _routines  # noqa: F401 - registers them

STEP = "(SELECT id FROM jobs_activation WHERE node = 's1' ORDER BY id LIMIT 1)"
JOIN = "(SELECT id FROM jobs_activation WHERE node = 'd' LIMIT 1)"
COPY_ITEM = """
INSERT INTO jobs_item (job_id, source_id, source_node, event, node, slot, payload, consumed_by_id)
SELECT job_id, source_id, source_node, event, {node}, slot, payload, {taker} FROM jobs_item WHERE {which} LIMIT 1
"""
HARM = {
    "I1.": "UPDATE jobs_activation SET status = 'running' WHERE id = {step}",
    "I2.": 'UPDATE jobs_item SET payload = payload || \'{{"by": "a stranger"}}\' '
    "WHERE id = (SELECT id FROM jobs_item WHERE source_node = 'a' AND payload ? 'by' AND node = 'c' LIMIT 1)",
    "I3.": "INSERT INTO hazard_journal (kind, name, step, attempt) VALUES ('begin', 'a later one', {step}, 99)",
    "I4.": COPY_ITEM.format(node="node", taker="consumed_by_id", which="consumed_by_id = {join}"),
    "I5.": COPY_ITEM.format(node="'b'", taker="NULL", which="source_node = 'a' AND node = 'c' AND consumed_by_id > 0"),
    "I6.": "UPDATE jobs_activation SET errors = 7 WHERE id = {step}",
    "I7.": "UPDATE jobs_activation SET finished_at = finished_at + interval '1 hour' WHERE job_id = "
    "(SELECT j.id FROM jobs_job j JOIN templates_app_prototype f ON f.id = j.flow_id WHERE f.name = 'narrow')",
    "I7. At no moment were more jobs": "UPDATE jobs_job SET concurrency_key = 'x', concurrency_limit = 1, "
    "admitted_at = created_at, finished_at = finished_at + interval '1 hour'",
    "I7. In no span": "UPDATE jobs_job SET rate_count = 1, rate_seconds = 3600, admitted_at = created_at, "
    "flow_id = (SELECT min(flow_id) FROM jobs_job)",
    "I8.": "UPDATE jobs_activation SET started_at = started_at + interval '1 hour' WHERE id = {step}",
    "I9.": "UPDATE jobs_item SET payload = payload || '{{\"marks\": [1, 2]}}' WHERE payload ? 'marks'",
    "I10.": "UPDATE jobs_activation SET message = '{{\"reason\": \"batch_ready\"}}' WHERE node = 'c'",
    "I12.": "INSERT INTO hazard_pause SELECT job_id, started_at - interval '1 s', started_at + interval '1 s' "
    "FROM jobs_activation WHERE id = {step}",
}


@pytest.fixture
def finished(engine: None, settings: Settings) -> Iterator[None]:
    """One job of every flow, run to its end."""
    settings.ROUTILUX = {**settings.ROUTILUX, "THREADS": 6}
    exec(work.FLOWS, {"make_flow": make_flow})  # noqa: S102 - our own text, that houses run in a shell
    for name in work.NAMES:
        start(FlowPrototype.objects.get(name=name), n=7)
    run_jobs()
    with connection.cursor() as cursor:
        cursor.execute(TABLES + VIEWS)
        yield
        cursor.execute("DROP VIEW hazard_nodes, hazard_open; DROP TABLE hazard_journal, hazard_pause")


def read(sql: str) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def harmed(sql: str) -> dict[str, Rows]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(step=STEP, join=JOIN))
        found = broken(read)
        transaction.set_rollback(True)
    return found


def test_it_is_content_until_harm_is_done(finished: None) -> None:
    unlike = [name for name in work.NAMES if not work.comes_to(name, 7, results(Job.objects.get(flow__name=name)))]
    assert (broken(read), unlike) == ({}, [])

    unseen = [law for law, sql in HARM.items() if not any(said.startswith(law) for said in harmed(sql))]

    assert unseen == []
