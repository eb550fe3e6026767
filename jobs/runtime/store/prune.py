"""Taking away jobs that ended long ago. Locks only rows of theirs, which nobody writes any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from jobs.runtime.store.link import Link, run

# Keys begin with the time at which they were made, and nothing ends before it was made: the range of the key bounds
# the scan. Somebody who retries a job right now holds its row, and is left alone. What a child job came to is kept for
# its parent, which may be paused, or wait for others.
OLD = """
SELECT id FROM jobs_job child
WHERE id > %(after)s AND id < %(before)s AND status = ANY(%(statuses)s) AND finished_at < %(cutoff)s
  AND NOT EXISTS (SELECT 1 FROM jobs_job parent WHERE parent.id = child.parent_id AND parent.finished_at IS NULL)
ORDER BY id LIMIT %(limit)s
"""


def old_jobs(link: Link, *, cutoff: datetime, statuses: Sequence[str], after: UUID, limit: int) -> list[UUID]:
    """The oldest jobs after `after` that ended before `cutoff`; they are locked until the transaction ends."""
    before = UUID(int=int(cutoff.timestamp() * 1000 + 300_000) << 80)
    params = {"after": after, "before": before, "statuses": list(statuses), "cutoff": cutoff, "limit": limit}
    return [row[0] for row in run(link, OLD + " FOR UPDATE SKIP LOCKED", params).fetchall()]


DROP = """
WITH gone AS (DELETE FROM jobs_job WHERE id = ANY(%(jobs)s)
              RETURNING id, flow_id, actor_id, status, created_at, finished_at, revision_id)
INSERT INTO jobs_prunedjob (id, flow_id, actor_id, status, created_at, finished_at, revision_hash, input_sha256)
SELECT g.id, g.flow_id, g.actor_id, g.status, g.created_at, g.finished_at, r.hash, coalesce(t.digest, '')
FROM gone g JOIN templates_app_revision r ON r.id = g.revision_id
LEFT JOIN unnest(%(known)s::uuid[], %(digests)s::text[]) AS t(id, digest) ON t.id = g.id
"""


def replace_by_stubs(link: Link, jobs: Sequence[UUID], digests: dict[UUID, str]) -> int:
    """Each job becomes its stub, in one statement; what hung on it must be gone."""
    params = {"jobs": list(jobs), "known": list(digests), "digests": list(digests.values())}
    return run(link, DROP, params).rowcount
