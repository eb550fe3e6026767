"""Decisions that need the whole job: joins, batches, max_workers, its end. Made under the lock of its row."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from jobs.history.fingerprints import fingerprint
from jobs.runtime.store.link import Link, run
from jobs.states import JOB_UNDER_WAY, STEP_OPEN

#: A job ends from any of these, and so do steps.
SOURCES = sorted(JOB_UNDER_WAY)
OPEN = sorted(STEP_OPEN)


@dataclass(slots=True)
class JobView:
    """A job as it stands under its lock."""

    status: str
    open: int
    keep_open: bool
    now: float  #: the clock of the database, in seconds since 1970
    owned: frozenset[int]  #: of the asked steps, those that this session still runs
    waiting: dict[str, dict[str, list[int]]]  #: item ids by node and slot, oldest first
    held_back: list[int]  #: activations that max_workers keeps waiting, oldest first
    states: dict[str, int]  #: version of each node's durable state
    activated: dict[str, float]  #: when each node last started, for policies that keep time
    idle: int = 0  #: open activations that wait at a breakpoint, are parked or blocked: they take up no lane
    nodes: dict[int, str] = field(default_factory=dict)  #: of those held back
    blocked: dict[int, str] = field(default_factory=dict)  #: activations that wait for room, and their nodes
    sources: dict[int, int] = field(default_factory=dict)  #: which activation sent a waiting item
    breakpoints: frozenset[str] = frozenset()  #: nodes whose steps are held before they start
    memory: dict[str, dict[str, Any]] = field(default_factory=dict)  #: what each custom policy remembers
    payloads: dict[int, dict[str, Any]] = field(default_factory=dict)  #: of waiting items that a policy reads

    def hold_back(self, steps: Mapping[int, str]) -> None:
        """These, and their nodes, do not start for now: as if max_workers had held them back all along."""
        self.nodes.update(steps)
        self.held_back = sorted({*self.held_back, *steps})

    @classmethod
    def unborn(cls, *, status: str, keep_open: bool, now: float, breakpoints: Collection[str] = ()) -> JobView:
        """A job of which nothing is stored yet."""
        return cls(status, 0, keep_open, now, frozenset(), {}, [], {}, {}, breakpoints=frozenset(breakpoints))


LOCK = """
SELECT status, open, keep_open, extract(epoch FROM clock_timestamp())::float8, breakpoints::text
FROM jobs_job WHERE id = %(job)s FOR UPDATE
"""
CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"
# One statement for all that is read of a locked job: it is executed for every step that ends in a join.
READ = """
WITH owned AS MATERIALIZED (
    SELECT a.id FROM jobs_activation a JOIN unnest(%(ids)s::bigint[], %(attempts)s::int[]) AS t(id, attempt)
    ON a.id = t.id AND a.attempt = t.attempt
    WHERE a.session_id = %(session)s AND a.status = 'running' FOR UPDATE OF a
)
SELECT (SELECT json_agg(id) FROM owned),
       (SELECT json_agg(json_build_array(id, node, slot, source_id) ORDER BY id) FROM jobs_item
        WHERE job_id = %(job)s AND consumed_by_id IS NULL AND node <> ''),
       (SELECT json_agg(json_build_array(id, status, node) ORDER BY id) FROM jobs_activation
        WHERE job_id = %(job)s AND status IN ('at_breakpoint', 'blocked', 'parked', 'waiting')),
       (SELECT json_agg(json_build_array(node, version, extract(epoch FROM last_activation)::float8, policy_state))
        FROM jobs_nodestate WHERE job_id = %(job)s)
"""
PAYLOADS = """
SELECT id, payload::text FROM jobs_item
WHERE job_id = %(job)s AND consumed_by_id IS NULL AND node <> '' AND node = ANY(%(nodes)s::text[])
"""


#: What is found of a job that is no more.
GONE = ("gone", 0, False, 0.0, None)


def lock_job(
    link: Link,
    job: UUID,
    *,
    steps: Sequence[tuple[int, int]] = (),
    session: UUID | None = None,
    read: Collection[str] = (),
) -> JobView:
    """Lock the job and read what routing needs; payloads only of what waits at the nodes `read`.

    Must run inside a transaction. The lock is a statement of its own: what is read after it sees everything that the
    former holder committed.
    """
    params: dict[str, Any] = {"job": job, "session": session}
    params |= {"ids": [step for step, _ in steps], "attempts": [attempt for _, attempt in steps]}
    with link.pipeline():
        locked, reading = run(link, LOCK, params), run(link, READ, params)
    view = _view(locked.fetchone() or GONE, reading.fetchone() or [None] * 4)
    view.payloads = _payloads(link, job, read) if read else {}
    return view


def _view(row: Sequence[Any], found: Sequence[list[Any] | None]) -> JobView:
    status, open_steps, keep_open, now, breakpoints = row
    owned, waiting, idle, states = (rows or [] for rows in found)
    held_back = {step: node for step, idling, node in idle if idling == "waiting"}
    return JobView(
        status=status,
        open=open_steps,
        keep_open=keep_open,
        now=now,
        owned=frozenset(owned),
        waiting=_by_slot(waiting),
        held_back=list(held_back),
        idle=len(idle) - len(held_back),
        nodes=held_back,
        blocked={step: node for step, idling, node in idle if idling == "blocked"},
        sources={item: source for item, _, _, source in waiting if source is not None},
        breakpoints=frozenset(json.loads(breakpoints or "[]")),
        states={node: version for node, version, _, _ in states},
        activated={node: at for node, _, at, _ in states if at is not None},
        memory={node: memory for node, _, _, memory in states if memory},
    )


def _payloads(link: Link, job: UUID, nodes: Collection[str]) -> dict[int, dict[str, Any]]:
    rows = run(link, PAYLOADS, {"job": job, "nodes": list(nodes)}).fetchall()
    return {item: json.loads(payload) for item, payload in rows}


def read_clock(link: Link) -> float:
    """The clock of the database, in seconds since 1970."""
    row = run(link, CLOCK).fetchone()
    return float(row[0]) if row else 0.0


def _by_slot(rows: Iterable[tuple[Any, ...]]) -> dict[str, dict[str, list[int]]]:
    queues: dict[str, dict[str, list[int]]] = {}
    for item, node, slot, _ in rows:
        queues.setdefault(node, {}).setdefault(slot, []).append(item)
    return queues


def promote(link: Link, activations: Sequence[int]) -> None:
    """Lanes of the job became free: what max_workers held back is ready."""
    if not activations:
        return  # nearly always; it would be a round trip for nothing
    sql = (
        "UPDATE jobs_activation SET status = 'ready', ready_at = clock_timestamp() "
        "WHERE id = ANY(%(ids)s::bigint[]) AND status = 'waiting'"
    )
    run(link, sql, {"ids": list(activations)})


SAVE_STATE = """
INSERT INTO jobs_nodestate (job_id, node, state, version) VALUES (%(job)s, %(node)s, %(state)s::jsonb, 1)
ON CONFLICT (job_id, node) DO UPDATE SET state = excluded.state, version = jobs_nodestate.version + 1
"""


def save_state(link: Link, *, job: UUID, node: str, state: dict[str, Any]) -> None:
    run(link, SAVE_STATE, {"job": job, "node": node, "state": json.dumps(state)})


SAVE_TIMES = """
INSERT INTO jobs_nodestate (job_id, node, last_activation, look_at)
SELECT %(job)s, t.node, to_timestamp(t.activated), to_timestamp(t.look_at)
FROM unnest(%(nodes)s::text[], %(activated)s::float8[], %(look_at)s::float8[]) AS t(node, activated, look_at)
ON CONFLICT (job_id, node) DO UPDATE SET last_activation = excluded.last_activation, look_at = excluded.look_at
"""


def save_times(link: Link, *, job: UUID, activated: dict[str, float], timers: dict[str, float]) -> None:
    """When nodes with a policy that keeps time last started, and when it wants to be asked again."""
    nodes = sorted({*activated, *timers})
    times = {"activated": [activated.get(node) for node in nodes], "look_at": [timers.get(node) for node in nodes]}
    run(link, SAVE_TIMES, {"job": job, "nodes": nodes, **times})


SAVE_MEMORY = """
INSERT INTO jobs_nodestate (job_id, node, policy_state) VALUES (%(job)s, %(node)s, %(memory)s::jsonb)
ON CONFLICT (job_id, node) DO UPDATE SET policy_state = excluded.policy_state
"""


def save_memory(link: Link, *, job: UUID, node: str, memory: dict[str, Any]) -> None:
    """What a custom policy wants to find again at its next decision."""
    run(link, SAVE_MEMORY, {"job": job, "node": node, "memory": json.dumps(memory)})


LOCK_STATE = """
SELECT pg_try_advisory_lock(hashtextextended('routilux state ' || %(job)s::text || ' ' || %(node)s, 0))
"""
UNLOCK_STATE = "SELECT pg_advisory_unlock_all()"


def lock_state(link: Link, *, job: UUID, node: str, patience: float) -> None:
    """One step at a time may work with the durable state of a node; the lock ends with the connection at the latest.

    A holder that froze must not stop the others for ever: after `patience` seconds a step goes on without the lock, and
    if it was wrong to, the version of the state tells at the commit.
    """
    deadline, pause = time.monotonic() + patience, 0.001
    while not _try(link, {"job": job, "node": node}) and time.monotonic() < deadline:
        time.sleep(pause)
        pause = min(2 * pause, 0.03)


def _try(link: Link, params: dict[str, Any]) -> bool:
    row = run(link, LOCK_STATE, params).fetchone()
    return bool(row and row[0])


def unlock_state(link: Link) -> None:
    run(link, UNLOCK_STATE)


LOAD_STATE = "SELECT state::text, version FROM jobs_nodestate WHERE job_id = %(job)s AND node = %(node)s"


def load_state(link: Link, *, job: UUID, node: str) -> tuple[dict[str, Any], int]:
    """The durable state of a node in a job, and the version that a later save must still find."""
    row = run(link, LOAD_STATE, {"job": job, "node": node}).fetchone()
    return (json.loads(row[0]), row[1]) if row else ({}, 0)


END_JOB = """
UPDATE jobs_job SET status = %(status)s, open = 0, finished_at = clock_timestamp(),
       error_summary = %(summary)s, error_node = %(node)s, fingerprint = %(fingerprint)s
WHERE id = %(job)s AND status = ANY(%(sources)s::text[])
"""
# Steps that are being committed at this very moment are skipped: their commits wait for the job's lock, and waiting
# for them in turn would be a deadlock. `close_rest` comes back for them and for what they started.
# A step that waited for room had done its work, and that is kept.
CLOSE_STEPS = """
WITH open AS MATERIALIZED (
    SELECT id FROM jobs_activation
    WHERE job_id = %(job)s AND status = ANY(%(open)s::text[])
    ORDER BY id FOR UPDATE SKIP LOCKED
)
UPDATE jobs_activation a SET finished_at = clock_timestamp(), due_at = NULL,
       status = CASE a.status WHEN 'blocked' THEN 'completed' ELSE 'cancelled' END
FROM open WHERE a.id = open.id
"""
STILL_OPEN = """
SELECT EXISTS (SELECT 1 FROM jobs_activation a JOIN jobs_job j ON j.id = a.job_id
               WHERE a.job_id = %(job)s AND a.status = ANY(%(open)s::text[])
                 AND j.status IN ('completed', 'failed', 'cancelled'))
"""
TELL = """
INSERT INTO jobs_jobevent (job_id, kind, actor_id, reason, data)
VALUES (%(job)s, %(kind)s, %(actor)s, %(reason)s, %(data)s::jsonb)
"""


def tell(link: Link, job: UUID, kind: str, *, reason: str = "", data: Mapping[str, Any] | None = None) -> None:
    """Write into the job's history what the engine itself did."""
    params = {"job": job, "kind": kind, "actor": None, "reason": reason[:500], "data": json.dumps(data or {})}
    run(link, TELL, params)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a job ends before its time."""

    status: str
    reason: str = ""
    node: str = ""
    actor: int | None = None


def close_rest(link: Link, job: UUID) -> None:
    """After an end was committed: close steps whose commit was under way then, and steps that those commits started.

    No later commit passes the fence, so this comes to an end; it holds no lock on the job while it waits.
    """
    for _ in range(200):
        row = run(link, STILL_OPEN, {"job": job, "open": OPEN}).fetchone()
        if not (row and row[0]):
            return
        run(link, CLOSE_STEPS, {"job": job, "open": OPEN})
        time.sleep(0.005)


def end_job(link: Link, job: UUID, end: End) -> bool:
    """End a job now: nothing more starts, and what still runs is fenced off. False when it had ended before.

    Must run inside a transaction; call `close_rest` after it.
    """
    params: dict[str, Any] = {"sources": SOURCES, "open": OPEN}
    params |= {"job": job, "status": end.status, "summary": end.reason[:300], "node": end.node}
    params["fingerprint"] = fingerprint(end.node, params["summary"])
    if end.status == "cancelled":
        params["summary"] = params["fingerprint"] = ""
    if run(link, END_JOB, params).rowcount != 1:
        return False
    run(link, CLOSE_STEPS, params)
    run(link, TELL, {"job": job, "kind": end.status, "actor": end.actor, "reason": end.reason[:500], "data": "{}"})
    return True
