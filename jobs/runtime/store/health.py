"""How the database does, and how many jobs came when: what a dashboard asks of Postgres itself. Reads only, bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from jobs.runtime.store.link import Link, run

#: Rows that one bucket counts at most: beyond it the exact number tells a reader nothing more.
MOST = 5000

# The oldest transaction that keeps old row versions alive, of whichever kind of process: one forgotten snapshot costs
# three quarters of the throughput.
OLDEST_SNAPSHOT = """
SELECT extract(epoch FROM clock_timestamp() - min(xact_start))::float8 FROM pg_stat_activity
WHERE datname = current_database() AND backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
"""
DEAD_ROWS = """
SELECT relname, n_live_tup, n_dead_tup FROM pg_stat_user_tables
WHERE relname IN ('jobs_job', 'jobs_activation', 'jobs_item', 'jobs_ticket') ORDER BY n_dead_tup DESC
"""
BUCKETS = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM jobs_job WHERE id >= b.low AND id < b.high LIMIT %(most)s) AS counted),
       (SELECT count(*) FROM (SELECT 1 FROM jobs_job WHERE status = 'failed' AND id >= b.low AND id < b.high
                              LIMIT %(most)s) AS counted)
FROM unnest(%(lows)s::uuid[], %(highs)s::uuid[]) WITH ORDINALITY AS b(low, high, n) ORDER BY b.n
"""


@dataclass(frozen=True, slots=True)
class DeadRows:
    table: str
    live: int
    dead: int

    @property
    def is_much(self) -> bool:
        """Beyond what autovacuum leaves behind on a busy day."""
        return self.dead > 10_000 and self.dead > self.live / 2


@dataclass(frozen=True, slots=True)
class Bucket:
    """Jobs created in one stretch of time, and those of them that have failed; MOST means so many or more."""

    jobs: int
    failed: int


def oldest_snapshot_seconds(link: Link) -> float | None:
    """How long the oldest snapshot has been held; None when nobody holds one."""
    row = run(link, OLDEST_SNAPSHOT).fetchone()
    return row[0] if row else None


def dead_rows(link: Link) -> list[DeadRows]:
    return [DeadRows(*row) for row in run(link, DEAD_ROWS).fetchall()]


def buckets(link: Link, edges: Sequence[UUID]) -> list[Bucket]:
    """Between each two neighbouring `edges`, by ranges of the primary key."""
    params = {"lows": list(edges[:-1]), "highs": list(edges[1:]), "most": MOST}
    return [Bucket(*row) for row in run(link, BUCKETS, params).fetchall()]
