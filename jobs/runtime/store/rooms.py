"""Steps that wait for room in a slot, and what their nodes hold back for them: written under the lock of their job."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from jobs.runtime.store.link import Link, run


def complete(link: Link, activations: Sequence[int]) -> None:
    """There is room for all that these steps sent: they waited for nothing else."""
    if not activations:
        return
    sql = (
        "UPDATE jobs_activation SET status = 'completed', finished_at = clock_timestamp() "
        "WHERE id = ANY(%(ids)s::bigint[]) AND status = 'blocked'"
    )
    run(link, sql, {"ids": list(activations)})


def hold_back(link: Link, job: UUID, nodes: Collection[str]) -> dict[int, str]:
    """Steps of these nodes do not start for now; returns them. One that a session is just claiming is left to it."""
    sql = (
        "WITH ready AS MATERIALIZED (SELECT id FROM jobs_activation WHERE job_id = %(job)s AND status = 'ready' "
        "AND node = ANY(%(nodes)s::text[]) ORDER BY id FOR UPDATE SKIP LOCKED) "
        "UPDATE jobs_activation a SET status = 'waiting' FROM ready WHERE a.id = ready.id RETURNING a.id, a.node"
    )
    return dict(run(link, sql, {"job": job, "nodes": list(nodes)}).fetchall())
