"""Rates that hold across processes: one row a caller, one statement a request (the generic cell rate algorithm).

A bucket drains at an even pace, `window` seconds for a whole one. Only the moment at which it will be empty is kept, by
the clock of the database, so that nothing has to be counted or reset.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from jobs.runtime.store.link import Link, run

#: Draws what does not fit are not written: a caller who is refused costs no dead row.
TAKE = """
INSERT INTO jobs_bucket AS b (id, full_at) VALUES (%(id)s, clock_timestamp() + %(cost)s * interval '1 second')
ON CONFLICT (id) DO UPDATE SET full_at = greatest(b.full_at, clock_timestamp()) + %(cost)s * interval '1 second'
WHERE greatest(b.full_at, clock_timestamp()) + (%(cost)s - %(window)s) * interval '1 second' <= clock_timestamp()
RETURNING extract(epoch FROM b.full_at - clock_timestamp())::float8
"""
WAIT = """
SELECT extract(epoch FROM full_at - clock_timestamp())::float8 + %(cost)s - %(window)s
FROM jobs_bucket WHERE id = %(id)s
"""
# An empty bucket and none are the same.
SWEEP = """
DELETE FROM jobs_bucket WHERE id IN (
    SELECT id FROM jobs_bucket WHERE full_at < clock_timestamp() LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class Draw:
    """`used` are the seconds of the window that are used up now; `wait`, when refused, those until it would fit."""

    used: float
    wait: float | None = None


def take(link: Link, bucket: UUID, *, cost: float, window: float) -> Draw:
    """Draw `cost` of the `window` seconds that a bucket holds."""
    params: dict[str, Any] = {"id": bucket, "cost": min(cost, window), "window": window}
    row = run(link, TAKE, params).fetchone()
    if row is not None:
        return Draw(row[0])
    late = run(link, WAIT, params).fetchone()
    return Draw(window, max(0.0, late[0]) if late else 0.0)


def sweep(link: Link) -> None:
    run(link, SWEEP)
