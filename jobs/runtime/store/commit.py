"""The commit law: one step, one transaction, one statement where it can be.

The statement takes any number of finished steps. Each is fenced on its own: its activation must still be running under
this session and attempt, in a job that still runs. What belongs to a step that fails the fence is not written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from jobs.errors import ResultTooLarge
from jobs.runtime.store.link import Link, run

#: Far below what Postgres takes in one value, and more than anybody should send at once.
MAX_BYTES = 64 << 20


@dataclass(slots=True)
class Batch:
    """Rows of one commit, as JSON-ready dicts; see the recordsets below for their fields, and `commit` for `takes`."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    new_steps: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    takes: list[dict[str, Any]] = field(default_factory=list)
    logs: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Written:
    """What became true: which steps passed the fence."""

    fenced: frozenset[int]
    steered: frozenset[int]  #: of these, steps of jobs that are paused or have breakpoints: no lane just goes on
    ids: list[int]  #: of the new activations, by ordinal from 1


# `IS TRUE` keeps the planner from finding jobs by status: it would read every running job to commit one step. `= ANY`
# has it go by key although a join with the few rows that there were would have done when it planned.
# Taker 0 is nobody: an item that was dropped waits no more.
# Ids are drawn first, those of items in the order in which they were routed, and everything is found by its place in an
# array: a join would be quadratic in a fan-out, and would read large payloads again and again.
# `root` is the place among `steps` of the one that a row belongs to. Between the root and a row may lie fused steps,
# which come into being finished: they are named by ordinal, and their times by seconds before now, for the clock is the
# database's.
FENCED = """
WITH s AS MATERIALIZED (
    SELECT * FROM ROWS FROM (jsonb_to_recordset(%(steps)s::jsonb) AS (
        id bigint, attempt int, job_id uuid, status text, errors int, summary text, delay float8, delta int)
    ) WITH ORDINALITY AS t(id, attempt, job_id, status, errors, summary, delay, delta, place)
), fenced AS (
    UPDATE jobs_activation a
    SET status = s.status, errors = s.errors, error_summary = s.summary, deaths = 0, alone = false,
        due_at = CASE WHEN s.status IN ('retrying', 'parked')
                      THEN clock_timestamp() + s.delay * interval '1 second' END,
        finished_at = CASE WHEN s.status NOT IN ('retrying', 'ready', 'parked', 'blocked') THEN clock_timestamp() END
    FROM s JOIN jobs_job j ON j.id = s.job_id
    WHERE a.id = s.id AND a.session_id = %(session)s AND a.attempt = s.attempt AND a.status = 'running'
      AND (j.status IN ('running', 'paused')) IS TRUE
    RETURNING a.id, s.place, a.job_id, s.delta, j.status = 'paused' AS paused, j.breakpoints
), root AS MATERIALIZED (
    SELECT array_agg(id ORDER BY place) AS ids, array_agg(job_id ORDER BY place) AS jobs,
           array_agg(paused ORDER BY place) AS paused, array_agg(breakpoints ORDER BY place) AS breakpoints
    FROM (SELECT DISTINCT ON (place) * FROM (
              SELECT place, id, job_id, paused, breakpoints FROM fenced
              UNION ALL SELECT place, NULL, NULL, NULL, NULL FROM s  -- who failed the fence leaves a hole
          ) AS known ORDER BY place, id) AS one
)"""
JOB = """, job AS (
    UPDATE jobs_job j
    SET open = j.open + d.delta,
        status = CASE WHEN j.open + d.delta = 0 AND j.status = 'running' AND NOT j.keep_open
                      THEN 'completed' ELSE j.status END,
        finished_at = CASE WHEN j.open + d.delta = 0 AND j.status = 'running' AND NOT j.keep_open
                           THEN clock_timestamp() END
    FROM (SELECT job_id, sum(delta) AS delta FROM fenced GROUP BY job_id HAVING sum(delta) <> 0) d
    WHERE j.id = d.job_id AND j.id = ANY (ARRAY(SELECT job_id FROM fenced))
      AND (j.status IN ('running', 'paused')) IS TRUE
    RETURNING j.id, j.status
), told AS (
    INSERT INTO jobs_jobevent (job_id, kind) SELECT id, status FROM job WHERE status = 'completed'
)"""
FOLLOW_UPS = """, fresh AS MATERIALIZED (
    SELECT (SELECT array_agg(nextval('jobs_activation_id_seq')) FROM generate_series(1, %(count)s::int)) AS ids,
           (SELECT array_agg(nextval('jobs_item_id_seq')) FROM generate_series(1, %(item_count)s::int)) AS items
), new AS (
    INSERT INTO jobs_activation (id, job_id, node, status, session_id, attempt, created_at, ready_at, started_at,
                                 finished_at, priority, cause_id, ordinal, message, on_loop)
    SELECT fresh.ids[t.ordinal], root.jobs[t.root], t.node, now_.status,
           CASE WHEN now_.claimed THEN %(session)s::uuid END, CASE WHEN now_.claimed THEN 1 ELSE 0 END,
           now_.began, now_.began, CASE WHEN now_.claimed THEN now_.began END,
           clock_timestamp() - t.ended * interval '1 second',
           t.priority, coalesce(fresh.ids[t.cause], root.ids[t.root]), t.ordinal, t.message,
           coalesce(t.on_loop, false)
    FROM jsonb_to_recordset(%(new_steps)s::jsonb) AS t(
        root int, cause int, ordinal int, node text, status text, priority int, message jsonb,
        began float8, ended float8, on_loop boolean)
    CROSS JOIN root CROSS JOIN fresh
    CROSS JOIN LATERAL (SELECT root.paused[t.root] AS paused, root.breakpoints[t.root] AS breakpoints) job_
    CROSS JOIN LATERAL (SELECT
        CASE WHEN t.ended IS NOT NULL THEN t.status
             WHEN job_.breakpoints ? t.node THEN 'at_breakpoint'
             WHEN job_.paused THEN 'held'
             WHEN job_.breakpoints IS NOT NULL AND t.status = 'running' THEN 'ready'
             ELSE t.status END AS status,
        t.ended IS NOT NULL OR (t.status = 'running' AND NOT job_.paused AND job_.breakpoints IS NULL) AS claimed,
        clock_timestamp() - coalesce(t.began, 0) * interval '1 second' AS began) now_
    WHERE root.ids[t.root] IS NOT NULL
), item AS (
    INSERT INTO jobs_item (id, job_id, source_id, source_node, event, node, slot, payload, consumed_by_id)
    SELECT fresh.items[t.place], root.jobs[t.root], coalesce(fresh.ids[t.source], root.ids[t.root]), t.source_node,
           t.event, t.node, t.slot, t.payload, CASE WHEN t.taker = 0 THEN 0 ELSE fresh.ids[t.taker] END
    FROM ROWS FROM (jsonb_to_recordset(%(items)s::jsonb) AS (
        root int, source int, source_node text, event text, node text, slot text, payload jsonb, taker int)
    ) WITH ORDINALITY AS t(root, source, source_node, event, node, slot, payload, taker, place)
    CROSS JOIN root CROSS JOIN fresh
    WHERE root.ids[t.root] IS NOT NULL
)"""
TAKEN = """, taken AS (
    -- By item its root and its taker: a join with a table that was small when it was planned would read all of it.
    UPDATE jobs_item i SET consumed_by_id = CASE (item -> i.id::text -> 1)::int
                               WHEN 0 THEN 0 ELSE fresh.ids[(item -> i.id::text -> 1)::int] END
    FROM (SELECT %(takes)s::jsonb AS item OFFSET 0) takes CROSS JOIN root CROSS JOIN fresh
    WHERE i.id = ANY (ARRAY(SELECT jsonb_object_keys(%(takes)s::jsonb)::bigint)) AND i.consumed_by_id IS NULL
      AND root.ids[(item -> i.id::text -> 0)::int] IS NOT NULL
)"""
LOG = """, log AS (
    INSERT INTO jobs_steplog (activation_id, job_id, attempt, lines, progress, error)
    SELECT coalesce(fresh.ids[t.ordinal], root.ids[t.root]), root.jobs[t.root], t.attempt, t.lines, t.progress, t.error
    FROM jsonb_to_recordset(%(logs)s::jsonb) AS t(
        root int, ordinal int, attempt int, lines jsonb, progress jsonb, error jsonb)
    CROSS JOIN root CROSS JOIN fresh
    WHERE root.ids[t.root] IS NOT NULL
    -- What was told while it ran gives way to the whole.
    ON CONFLICT (activation_id, attempt) DO UPDATE
    SET at = excluded.at, lines = excluded.lines, progress = excluded.progress, error = excluded.error
)"""
WRITTEN = """
SELECT (SELECT array_agg(id) FROM fenced), (SELECT array_agg(id) FROM fenced WHERE paused OR breakpoints IS NOT NULL),
       (SELECT ids FROM fresh),
       CASE WHEN %(announce)s::text IS NOT NULL THEN pg_notify(%(announce)s, '') END
"""


@lru_cache
def statement(*, moves: bool, takes: bool, logs: bool) -> str:
    """The parts that this batch needs: most steps take nothing that waited, say nothing, and leave as many steps open
    as there were. Each combination is prepared once; an empty part would still cost a tenth of the whole."""
    return FENCED + JOB * moves + FOLLOW_UPS + TAKEN * takes + LOG * logs + WRITTEN


def commit(link: Link, batch: Batch, *, session: UUID, announce: str | None = None) -> Written:
    """Write a batch in one statement; in autocommit that is one transaction and one round trip.

    `announce`: the channel on which other sessions hear of what it made ready, as soon as it is there.
    """
    params: dict[str, Any] = {
        "session": session,
        "announce": announce,
        "steps": _text(batch.steps),
        "new_steps": _text(batch.new_steps),
        "count": len(batch.new_steps),
        "items": _text(batch.items),
        "item_count": len(batch.items),
        "takes": _text({str(take["item"]): [take["root"], take["taker"]] for take in batch.takes}),
        "logs": _text(batch.logs),
    }
    moves = any(step["delta"] for step in batch.steps)
    sql = statement(moves=moves, takes=bool(batch.takes), logs=bool(batch.logs))
    fenced, steered, ids, _ = run(link, sql, params).fetchone() or (None,) * 4
    return Written(fenced=frozenset(fenced or ()), steered=frozenset(steered or ()), ids=ids or [])


def _text(rows: Sequence[dict[str, Any]] | dict[str, Any]) -> str:
    # Payloads were checked when they were emitted; nothing here may cost a second walk.
    text = orjson.dumps(rows, default=str) if rows else b"[]"
    if len(text) > MAX_BYTES:
        raise ResultTooLarge(f"the step's items come to {len(text) >> 20} MiB; at most {MAX_BYTES >> 20} MiB are kept")
    return text.decode()
