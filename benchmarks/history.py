"""A long history at once: jobs as years of work would leave them, made by the database itself.

Flows and people are used unevenly, as they are: the first of each does half of all, the next half of the rest. Of a
hundred jobs six failed, in some two hundred ways of which a few are frequent, and two were cancelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection

from templates_app.models import FlowPrototype

T = TypeVar("T")

KINDS = 200  #: of failures
#: The newest few are under way. Ids go up with time, one job a second.
_JOBS = """
INSERT INTO jobs_job (id, flow_id, revision_id, status, entry, priority, keep_open, max_attempts, open, actor_id,
                      error_summary, error_node, fingerprint, request_id, created_at, started_at, finished_at)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
        || substr(md5(n::text), 4, 15))::uuid,
       (%(flows)s::bigint[])[1 + chance %% 64], (%(revisions)s::bigint[])[1 + chance %% 64], status, 'first.input', 0,
       false, 3, 0, (%(actors)s::bigint[])[1 + chance / 64 %% 64],
       CASE status WHEN 'failed' THEN 'second: ValueError: reason ' || kind || ' of order ' || n ELSE '' END,
       CASE status WHEN 'failed' THEN 'second' ELSE '' END,
       CASE status WHEN 'failed' THEN substr(md5(kind::text), 1, 16) ELSE '' END,
       '', at, CASE WHEN status <> 'queued' THEN at + took / 10 END,
       CASE WHEN status NOT IN ('running', 'queued') THEN at + took END
FROM (SELECT n, at, chance, chance / 1024 %% 5000 * interval '1 millisecond' AS took,
             (chance / 128 %% %(kinds)s) * (chance / 4096 %% %(kinds)s) / %(kinds)s AS kind,
             CASE WHEN n <= 20 THEN 'running' WHEN n <= 30 THEN 'queued' WHEN chance / 7 %% 100 < 6 THEN 'failed'
                  WHEN chance / 7 %% 100 < 8 THEN 'cancelled' ELSE 'completed' END AS status
      FROM (SELECT n, now() - n * interval '1 second' AS at, hashint4(n) & 2147483647 AS chance
            FROM generate_series(1, %(rows)s) n) numbered) made
"""
#: What the engine leaves of a small job: a step, what it took and gave, and what happened.
_STEPS = (
    """
    INSERT INTO jobs_activation (job_id, node, status, attempt, created_at, started_at, finished_at)
    SELECT id, 'first', 'completed', 1, created_at, created_at, created_at FROM jobs_job
    """,
    """
    INSERT INTO jobs_item (job_id, node, slot, consumed_by_id, payload)
    SELECT job_id, 'first', 'input', id,
           jsonb_build_object('customer', jsonb_build_object('id', id %% 50000, 'name', 'Customer ' || id %% 50000),
                              'order', id, 'note', repeat('as agreed, ', 10))
    FROM jobs_activation
    """,
    """
    INSERT INTO jobs_item (job_id, source_id, source_node, event, payload)
    SELECT job_id, id, 'first', 'output', jsonb_build_object('total', id %% 1000) FROM jobs_activation
    """,
    """
    INSERT INTO jobs_jobevent (job_id, kind, at, reason, data)
    SELECT id, kind, created_at, '', '{}' FROM jobs_job, (VALUES ('triggered'), ('completed')) AS kinds (kind)
    """,
)
#: A job with so many steps that no page shows them all: one spreads, the others fail now and then.
_SPREAD = """
INSERT INTO jobs_activation (job_id, node, status, attempt, created_at, started_at, finished_at)
SELECT %(job)s, CASE n WHEN 1 THEN 'first' ELSE 'second' END, CASE WHEN n %% 97 = 0 THEN 'failed' ELSE 'completed' END,
       1, at, at + n * interval '1 millisecond', at + n * interval '1 millisecond' + interval '20 milliseconds'
FROM generate_series(1, %(steps)s) n, (SELECT created_at AS at FROM jobs_job WHERE id = %(job)s) job
"""
_SPREAD_ITEMS = """
INSERT INTO jobs_item (job_id, source_id, source_node, event, payload)
SELECT job_id, id, node, 'output', jsonb_build_object('part', id, 'note', repeat('as agreed, ', 10))
FROM jobs_activation WHERE job_id = %(job)s AND node = 'second'
"""
_TABLES = "jobs_job, jobs_activation, jobs_item, jobs_jobevent"


def seed(flows: Sequence[FlowPrototype], *, rows: int, actors: Sequence[int], steps: bool = False) -> None:
    """`rows` jobs; with `steps`, also what belongs to each."""
    uneven = shares(flows)
    words: dict[str, Any] = {"flows": [flow.pk for flow in uneven], "revisions": [flow.head_id for flow in uneven]}
    with connection.cursor() as cursor:
        cursor.execute(_JOBS, {**words, "actors": shares(actors), "rows": rows, "kinds": KINDS})
        for statement in _STEPS if steps else ():
            cursor.execute(statement, ())
        cursor.execute(f"ANALYZE {_TABLES}")


def widen(job: UUID, *, steps: int) -> None:
    """Give a job so many steps more."""
    with connection.cursor() as cursor:
        cursor.execute(_SPREAD, {"job": job, "steps": steps})
        cursor.execute(_SPREAD_ITEMS, {"job": job})


def settle() -> None:
    """What autovacuum would have done by the time that a history is as long."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {_TABLES}")


def halfway(one: int, other: int) -> UUID:
    return UUID(int=(one + other) // 2)


def shares(things: Sequence[T]) -> list[T]:
    """64 of them: some half are the first, half of the rest the second, and so on; each is there."""
    uneven = [thing for place, thing in enumerate(things) for _ in range(max(1, 28 >> place))]
    return [*uneven, *[things[0]] * 64][:64]
