"""What running steps say, written while they run. Fenced like every write of a lane: a stale one tells nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from jobs.runtime.store.link import Link, run

TELL = """
INSERT INTO jobs_steplog (activation_id, job_id, attempt, lines, progress)
SELECT a.id, a.job_id, a.attempt, t.lines, t.progress
FROM jsonb_to_recordset(%(rows)s::jsonb) AS t(id bigint, attempt int, lines jsonb, progress jsonb)
JOIN jobs_activation a ON a.id = t.id AND a.attempt = t.attempt
WHERE a.session_id = %(session)s AND a.status = 'running'
-- In one order, so that two sessions can never wait for each other.
ORDER BY a.id
ON CONFLICT (activation_id, attempt) DO UPDATE
SET at = excluded.at, lines = excluded.lines, progress = excluded.progress WHERE jobs_steplog.error IS NULL
"""


def tell(link: Link, rows: Sequence[dict[str, Any]], *, session: UUID) -> None:
    """`rows`: id and attempt of a running step, its newest lines, and its progress or None."""
    run(link, TELL, {"rows": json.dumps(rows, ensure_ascii=False), "session": session})
