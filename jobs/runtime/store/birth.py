"""A job comes into being: its row, its first steps and items, its caller's key, and the events that tell of it.

All in one statement, so that outside of a transaction it is one by itself, and one round trip.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection

from jobs.models import Job
from jobs.runtime.router import NewItem, NewStep
from jobs.runtime.store.link import prepared_cursor
from jobs.states import StepStatus

#: By the clock of the database, or by its own default.
_NOT_GIVEN = frozenset({"created_at", "started_at", "finished_at", "fingerprint"})

# Ids of steps are drawn first, so that items find theirs by ordinal. Taker 0 is nobody: the item was dropped.
BEAR = """
WITH job AS (
    INSERT INTO jobs_job ({columns}, created_at, started_at, finished_at)
    SELECT {columns}, statement_timestamp(), ended.at, ended.at
    FROM jsonb_populate_record(NULL::jobs_job, %(job)s::jsonb) AS given,
         LATERAL (SELECT CASE WHEN given.status = 'completed' THEN statement_timestamp() END AS at) ended
    RETURNING jobs_job.*
), told AS (
    INSERT INTO jobs_jobevent (job_id, kind, actor_id) SELECT id, 'triggered', actor_id FROM job
), fresh AS MATERIALIZED (
    SELECT array_agg(nextval('jobs_activation_id_seq')) AS ids FROM generate_series(1, %(count)s::int)
), step AS (
    INSERT INTO jobs_activation (id, job_id, node, status, priority, ordinal, message, on_loop)
    SELECT fresh.ids[t.ordinal], job.id, t.node, t.status, job.priority, t.ordinal, t.message, t.on_loop
    FROM jsonb_to_recordset(%(steps)s::jsonb) AS t(ordinal int, node text, status text, message jsonb, on_loop boolean),
         job, fresh
), item AS (
    INSERT INTO jobs_item (job_id, node, slot, payload, consumed_by_id)
    SELECT job.id, t.node, t.slot, t.payload, CASE WHEN t.taker = 0 THEN 0 ELSE fresh.ids[t.taker] END
    FROM jsonb_to_recordset(%(items)s::jsonb) AS t(node text, slot text, payload jsonb, taker int), job, fresh
), kept AS (
    INSERT INTO jobs_idempotencykey (user_id, key, body_sha256, job_id)
    SELECT actor_id, %(key)s::text, %(digest)s, id FROM job WHERE %(key)s::text IS NOT NULL
)
SELECT created_at, started_at, finished_at,
       CASE WHEN %(announce)s::text IS NOT NULL THEN pg_notify(%(announce)s::text, '') END
FROM job
"""


@dataclass(frozen=True, slots=True)
class Key:
    """An idempotency key, and the digest of the request that it stands for."""

    text: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Newborn:
    steps: Sequence[NewStep]
    statuses: Sequence[StepStatus]  #: of the steps, in their order
    items: Sequence[NewItem]
    coroutines: frozenset[str]  #: nodes whose steps wait on an event loop
    key: Key | None
    announce: str | None  #: the channel on which sessions hear of work; a round trip sooner than by a ring after this


def write(job: Job, born: Newborn) -> None:
    """Raises IntegrityError when the key is taken. Afterwards `job` is as it is stored."""
    with prepared_cursor() as cursor:
        cursor.execute(_statement(), _params(job, born))
        ((job.created_at, job.started_at, job.finished_at, _),) = cursor.fetchall()
    job.fingerprint, job._state.adding, job._state.db = "", False, connection.alias


@cache
def _columns() -> dict[str, str]:
    """Of a job, with the attribute that holds each: whatever the model gets is written."""
    return {f.column: f.attname for f in Job._meta.concrete_fields if f.column and f.attname not in _NOT_GIVEN}


@cache
def _statement() -> str:
    names = ", ".join(f'"{column}"' for column in _columns())
    return BEAR.replace("{columns}", names)


def _params(job: Job, born: Newborn) -> dict[str, Any]:
    given = {column: getattr(job, name) for column, name in _columns().items()}
    return {
        "job": json.dumps(given, ensure_ascii=False, default=str),
        "count": len(born.steps),
        "steps": _text([_step(*pair, born) for pair in zip(born.steps, born.statuses, strict=True)]),
        "items": _text([_item(item) for item in born.items]),
        "key": born.key.text if born.key else None,
        "digest": born.key.digest if born.key else None,
        "announce": born.announce,
    }


def _step(step: NewStep, status: StepStatus, born: Newborn) -> dict[str, Any]:
    on_loop = step.node in born.coroutines
    return {"ordinal": step.ordinal, "node": step.node, "status": status, "message": step.message, "on_loop": on_loop}


def _item(item: NewItem) -> dict[str, Any]:
    """Nothing has run yet, so that it comes from outside, into a slot."""
    node, slot = (item.port.node, item.port.slot) if item.port else ("", "")
    return {"node": node, "slot": slot, "payload": item.payload, "taker": item.taker}


def _text(rows: Sequence[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False)
