"""Jobs that are queued first; then a cluster starts and works them off."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from benchmarks.figures import WARM_UP
from benchmarks.peers.common import until
from tests.house import House

QUEUE = """
from django.db import transaction
from benchmarks.figures import MEGABYTE
from jobs.services import Launch, trigger
from templates_app.models import FlowPrototype
flow = FlowPrototype.objects.get(name={flow!r})
with transaction.atomic():
    for n in range({jobs}):
        trigger(flow=flow, launch=Launch(input={{"n": n, "payload": MEGABYTE if {large} else ""}}))
"""
NEWEST = "SELECT coalesce(max(id::text), '') FROM jobs_job"
ALL_ENDED = "SELECT NOT EXISTS (SELECT FROM jobs_job WHERE status IN ('pending', 'running'))"
# Once the workers have warmed up, as for the peers: from the end of the first tenth to that of the last job, by the
# clock of the database.
SPAN = """
WITH done AS (
    SELECT finished_at, row_number() OVER (ORDER BY finished_at) AS place, count(*) OVER () AS jobs
    FROM jobs_job WHERE id::text > %s AND status = 'completed'
)
SELECT extract(epoch FROM max(finished_at) - max(finished_at) FILTER (WHERE place <= jobs * %s))::float8,
       count(*) FILTER (WHERE place > jobs * %s), count(*) FROM done
"""
POSITION = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"


@dataclass(frozen=True, slots=True)
class Run:
    jobs_per_s: float
    wal_bytes: int


def queue(house: House, flow: str, jobs: int, *, large: bool = False) -> str:
    """Returns what tells the new jobs from those before."""
    newest = str(house.value(NEWEST))
    house.shell(QUEUE.format(flow=flow, jobs=jobs, large=large))
    return newest


def work_off(house: House, flow: str, jobs: int, *, large: bool = False) -> Run:
    """How many jobs a second a fresh cluster completes, and what that wrote to the log."""
    newest = queue(house, flow, jobs, large=large)
    before = int(house.value(POSITION))
    with house.runtime():
        finish(house, jobs)
        wal = int(house.value(POSITION)) - before
    return Run(rate(house, newest, jobs), wal)


def finish(house: House, jobs: int) -> None:
    """Looked at over one connection, as for the peers: a new one for each look would cost those who are measured."""
    with psycopg.connect(**house.server.params, autocommit=True) as connection:
        until(lambda: connection.execute(ALL_ENDED).fetchone() == (True,), f"the end of {jobs} jobs", timeout=300)


def rate(house: House, newest: str, jobs: int) -> float:
    seconds, counted, completed = house.rows(SPAN, newest, WARM_UP, WARM_UP)[0]
    assert completed == jobs, f"{completed} of {jobs} jobs completed"
    return float(counted / seconds)
