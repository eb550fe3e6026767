"""What a long history costs: the speed with many finished jobs in the tables, against that on nearly empty ones."""

from __future__ import annotations

from statistics import median

import psycopg

from benchmarks.load import work_off
from tests.house import House

RUNS = 3
# As the engine leaves them: a step, its input and its output, and three events a job.
FILL = (
    """
    INSERT INTO jobs_job (id, flow_id, revision_id, status, entry, priority, keep_open, max_attempts, open,
                          error_summary, error_node, request_id, created_at, started_at, finished_at{more})
    SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, j.flow_id, j.revision_id, j.status, j.entry,
           j.priority, j.keep_open, j.max_attempts, j.open, '', '', '', moment, moment, moment{same}
    FROM (SELECT * FROM jobs_job WHERE status = 'completed' LIMIT 1) j,
         generate_series(1, %(rows)s) AS n,
         LATERAL (SELECT now() - (%(rows)s - n) * interval '1 second' AS moment) t
    """,
    """
    INSERT INTO jobs_activation (job_id, node, status, attempt, created_at, started_at, finished_at)
    SELECT id, 's0', 'completed', 1, created_at, created_at, created_at FROM jobs_job WHERE {filled}
    """,
    """
    INSERT INTO jobs_item (job_id, node, slot, payload, consumed_by_id)
    SELECT job_id, 's0', 'input', '{{"n": 1}}', id FROM jobs_activation WHERE {filled_job}
    """,
    """
    INSERT INTO jobs_item (job_id, source_id, source_node, event, payload)
    SELECT job_id, id, 's0', 'output', '{{"n": 1}}' FROM jobs_activation WHERE {filled_job}
    """,
    """
    INSERT INTO jobs_jobevent (job_id, kind, at, reason, data)
    SELECT id, kind, created_at, '', '{{}}' FROM jobs_job, (VALUES ('triggered'), ('started'), ('completed')) AS k(kind)
    WHERE {filled}
    """,
)
FILLED = "{} < '00000000-0000-7000-9000-000000000000'"
# Columns that other parts of the job brought, copied from a real row.
MORE = """
SELECT column_name FROM information_schema.columns WHERE table_name = 'jobs_job' AND is_nullable = 'NO'
AND column_default IS NULL AND column_name NOT IN (
    'id', 'flow_id', 'revision_id', 'status', 'entry', 'priority', 'keep_open', 'max_attempts', 'open', 'error_summary',
    'error_node', 'request_id', 'created_at', 'started_at', 'finished_at')
"""


def measure_growth(house: House, *, rows: int, jobs: int) -> float:
    before = median(work_off(house, "linear", jobs).jobs_per_s for _ in range(RUNS))
    fill(house, rows)
    return median(work_off(house, "linear", jobs).jobs_per_s for _ in range(RUNS)) / before


def fill(house: House, rows: int) -> None:
    with psycopg.connect(**house.server.params, autocommit=True) as connection:
        columns = [row[0] for row in connection.execute(MORE).fetchall()]
        words = {"more": "".join(f", {c}" for c in columns), "same": "".join(f", j.{c}" for c in columns)}
        for statement in FILL:
            sql = statement.format(filled=FILLED.format("id"), filled_job=FILLED.format("job_id"), **words)
            connection.execute(sql.encode(), {"rows": rows} if "%(rows)s" in sql else None)
        connection.execute("VACUUM ANALYZE")
