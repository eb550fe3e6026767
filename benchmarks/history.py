"""A long history at once: finished jobs as years of work would leave them, made by the database itself."""

from __future__ import annotations

from django.db import connection

from templates_app.models import FlowPrototype

#: One in ten failed, in four ways; the newest few are still running. Ids go up with time, one job a second.
_JOBS = """
INSERT INTO jobs_job (id, flow_id, revision_id, status, entry, priority, keep_open, max_attempts, open, actor_id,
                      error_summary, error_node, fingerprint, request_id, created_at, started_at, finished_at)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
        || substr(md5(n::text), 4, 15))::uuid,
       %(flow)s, %(revision)s, status, 'first.input', 0, false, 3, 0, %(actor)s,
       CASE status WHEN 'failed' THEN 'first: ValueError: reason ' || n %% 4 ELSE '' END,
       CASE status WHEN 'failed' THEN 'first' ELSE '' END,
       CASE status WHEN 'failed' THEN substr(md5((n %% 4)::text), 1, 16) ELSE '' END,
       '', at, at, CASE status WHEN 'running' THEN NULL ELSE at END
FROM (SELECT n, now() - n * interval '1 second' AS at,
             CASE WHEN n <= 20 THEN 'running' WHEN n %% 10 = 0 THEN 'failed' ELSE 'completed' END AS status
      FROM generate_series(1, %(rows)s) n) made
"""


def seed(flow: FlowPrototype, *, rows: int, actor: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_JOBS, {"flow": flow.pk, "revision": flow.head_id, "rows": rows, "actor": actor})
        cursor.execute("ANALYZE jobs_job")
