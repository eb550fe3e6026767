"""Taking runnable activations, each by exactly one session."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from jobs.runtime.capture import Capture
from jobs.runtime.store.link import Link, run

Inputs = dict[str, list[dict[str, Any]]]


@dataclass(slots=True)
class Step:
    """A claimed activation: what a lane needs to run it and to prove, at commit, that it still owns it."""

    id: int
    job_id: UUID
    revision_id: int
    node: str
    attempt: int
    errors: int
    priority: int
    message: Any
    inputs: Inputs
    on_loop: bool = False  #: its logic is a coroutine
    watched: bool = False  #: its job has breakpoints: each step is to be committed by itself
    is_child: bool = False  #: a step of another job waits for its job
    locked_state: bool = False
    output: Capture | None = None  #: what it says, while it runs
    dropped: bool = False  #: nobody wants its result any more: its job ended, or somebody else owns it
    place: int = 0  #: among the steps that travel with the commit of `root`; it has no row of its own yet
    root: Step | None = None
    followed: int = field(
        default=0, compare=False
    )  #: so many steps of its job came before it without the queue being touched
    _job: str = field(default="", compare=False)

    @property
    def job(self) -> str:
        """The id of its job as text."""
        self._job = self._job or str(self.job_id)
        return self._job

    @property
    def key(self) -> str:
        """Stays the same when the step is attempted again."""
        return f"{self.job}:{self.id}.{self.place}" if self.root else f"{self.job}:{self.id}"

    @property
    def unwanted(self) -> bool:
        return (self.root or self).dropped

    def caused(self, *, id: int, node: str, message: Any, inputs: Inputs) -> Step:
        """The first attempt of a step of the same job, claimed for the same lane or loop."""
        step = Step(id, self.job_id, self.revision_id, node, 1, 0, self.priority, message, inputs)
        step.on_loop, step.is_child, step.followed = self.on_loop, self.is_child, self.followed + 1
        step._job = self._job
        return step

    def locks_state(self) -> None:
        """It holds the lock on its node's durable state, until its lane lets go of it."""
        self.locked_state = True
        if self.root:
            self.root.locked_state = True


# A materialised CTE, never `id IN (SELECT ... LIMIT n FOR UPDATE SKIP LOCKED)`: the planner may run that sub-select
# more than once and take more rows than the limit. A job that ended meanwhile has its left-over steps closed here, so
# that they cannot block the head of the index; they did not start, and neither did those of one that is paused. The
# LIMIT is inlined where it can be: a generic plan takes a tenth of all rows for one that it does not know. IS TRUE
# keeps the planner from reading all jobs that are pending by an index on the status, which looks cheap when it plans,
# while there are few.
CLAIM = """
WITH {scarcity} for_lanes AS MATERIALIZED (
    SELECT id FROM jobs_activation WHERE status = 'ready' AND NOT on_loop AND {which}
    ORDER BY {order} LIMIT {lanes} FOR UPDATE SKIP LOCKED
), for_loop AS MATERIALIZED (
    SELECT id FROM jobs_activation WHERE status = 'ready' AND on_loop AND {which}
    ORDER BY {order} LIMIT {loop} FOR UPDATE SKIP LOCKED
), due AS (
    (SELECT id FROM for_lanes LIMIT {most}) UNION ALL SELECT id FROM for_loop
), taken AS (
    UPDATE jobs_activation a
    SET status = CASE WHEN j.status IN ('pending', 'running') THEN 'running'
                      WHEN j.status IN ('paused', 'queued') THEN 'held' ELSE 'cancelled' END,
        session_id = CASE WHEN j.status IN ('pending', 'running') THEN %(session)s::uuid END,
        attempt = a.attempt + (j.status IN ('pending', 'running'))::int,
        ready_at = CASE WHEN j.status IN ('paused', 'queued') THEN clock_timestamp() ELSE a.ready_at END,
        started_at = CASE WHEN j.status IN ('pending', 'running') THEN clock_timestamp() ELSE a.started_at END,
        finished_at = CASE WHEN j.status IN ('completed', 'failed', 'cancelled') THEN clock_timestamp() END
    FROM due, jobs_job j
    WHERE a.id = due.id AND j.id = a.job_id
    RETURNING a.id, a.job_id, j.revision_id, a.node, a.attempt, a.errors, a.priority, a.message, a.on_loop,
              a.status, j.status AS job_status,
              j.breakpoints IS NOT NULL AS watched, j.parent_step_id IS NOT NULL AS is_child
), started AS (
    UPDATE jobs_job SET status = 'running', started_at = clock_timestamp(),
           deadline_at = clock_timestamp() + timeout * interval '1 second'
    WHERE id = ANY (ARRAY(SELECT job_id FROM taken WHERE job_status = 'pending')) AND (status = 'pending') IS TRUE
    RETURNING id
), told AS (
    INSERT INTO jobs_jobevent (job_id, kind) SELECT id, 'started' FROM started
)
SELECT id, job_id, revision_id, node, attempt, errors, priority, message, on_loop,
       (SELECT json_agg(json_build_array(i.slot, i.payload) ORDER BY i.id)::text
        FROM jobs_item i WHERE i.consumed_by_id = taken.id), watched, is_child
FROM taken WHERE status = 'running' ORDER BY priority DESC, id
"""


# Ahead of its lanes a session takes no more than a quarter of what is left: the last steps of a fan-out are for whoever
# is free first.
SCARCITY = """left_over AS MATERIALIZED (
    SELECT %(lanes)s::int + least(%(ahead)s::int, greatest(count(*) - %(lanes)s::int, 0) / 4) AS share
    FROM (SELECT FROM jobs_activation WHERE status = 'ready' AND NOT on_loop AND {which}
          LIMIT %(lanes)s::int + 4 * %(ahead)s::int) head
),"""
SHARE = "(SELECT least(share, {most}) FROM left_over)"
#: More than any session asks for. It tells the planner that they are few, so that it goes for each by its key.
MOST = 1000


OLDEST_FIRST = "priority DESC, id"
#: Those that died with a neighbour do not wait behind the one that kills them all.
LEAST_SUSPECT_FIRST = "priority DESC, deaths, id"


def claim(
    link: Link, *, session: UUID, lanes: int, ahead: int = 0, loop: int = 0, below: int | None = None
) -> list[Step]:
    """Ready activations, oldest of the highest priority first, at most so many; from now on they are the session's.

    `lanes` of them can begin at once, those `ahead` have to wait for a lane: of these it takes less when there is
    little. With `below`, only those of a lower priority.
    """
    which = "NOT alone" if below is None else f"NOT alone AND priority < {int(below)}"
    sql = claiming(lanes=lanes, scarce=ahead > 0, loop=loop, which=which)
    rows = run(link, sql, {"session": session, "lanes": lanes, "ahead": ahead})
    return [_step(row) for row in rows.fetchall()]


def claiming(*, lanes: int, scarce: bool, loop: int, which: str, order: str = OLDEST_FIRST) -> str:
    """`scarce`: how many are taken is decided by how many there are; then one text serves all numbers."""
    scarcity = SCARCITY.format(which=which) if scarce else ""
    limit = SHARE.format(most=MOST) if scarce else int(lanes)
    return CLAIM.format(scarcity=scarcity, lanes=limit, most=MOST, loop=int(loop), which=which, order=order)


def claim_suspect(link: Link, *, session: UUID) -> Step | None:
    """A step that workers died of before. It must run alone, so that it cannot take others along."""
    for lanes, loop in ((1, 0), (0, 1)):
        sql = claiming(lanes=lanes, scarce=False, loop=loop, which="alone", order=LEAST_SUSPECT_FIRST)
        if row := run(link, sql, {"session": session}).fetchone():
            return _step(row)
    return None


ANY_SUSPECT = "SELECT EXISTS (SELECT 1 FROM jobs_activation WHERE status = 'ready' AND alone)"


def any_suspect(link: Link) -> bool:
    row = run(link, ANY_SUSPECT).fetchone()
    return bool(row and row[0])


# Whoever is silent keeps no place from others: it may hang, and it takes a lease to find it dead. The second place only
# where a third session is left for all that is not suspect. Two that look at the same instant may both begin: then
# both run suspects until none is left, which costs no step.
ISOLATE = """
UPDATE jobs_session SET outcome = 'isolating'
WHERE id = %(session)s AND ended_at IS NULL AND outcome = '' AND (
    SELECT count(*) FILTER (WHERE outcome = 'isolating') < CASE WHEN count(*) > 2 THEN %(places)s ELSE 1 END
    FROM jobs_session WHERE ended_at IS NULL AND outcome <> 'stopping'
     AND heartbeat_at > clock_timestamp() - %(silence)s * interval '1 second')
"""
MINGLE = "UPDATE jobs_session SET outcome = '' WHERE id = %(session)s AND outcome = 'isolating'"


def begin_isolation(link: Link, *, session: UUID, places: int, silence: float) -> bool:
    """Only so many sessions at once run suspects while there is other work."""
    return run(link, ISOLATE, {"session": session, "places": places, "silence": silence}).rowcount == 1


def end_isolation(link: Link, *, session: UUID) -> None:
    run(link, MINGLE, {"session": session})


POSTPONE = """
UPDATE jobs_activation SET status = 'retrying', due_at = clock_timestamp() + %(delay)s * interval '1 second',
       session_id = NULL, error_summary = %(why)s
WHERE id = %(step)s AND session_id = %(session)s AND attempt = %(attempt)s AND status = 'running'
"""


def postpone(link: Link, step: Step, *, session: UUID, delay: float, why: str) -> None:
    """Hand a step back, for somebody else or for later."""
    params = {"step": step.id, "attempt": step.attempt, "session": session, "delay": delay, "why": why[:300]}
    run(link, POSTPONE, params)


HAND_BACK = """
UPDATE jobs_activation a SET status = 'ready', session_id = NULL, attempt = a.attempt - 1, ready_at = clock_timestamp(),
       started_at = CASE WHEN a.attempt > 1 THEN a.started_at END
FROM unnest(%(ids)s::bigint[], %(attempts)s::int[]) AS t(id, attempt)
WHERE a.id = t.id AND a.attempt = t.attempt AND a.session_id = %(session)s AND a.status = 'running'
"""


def hand_back(link: Link, steps: Iterable[Step], *, session: UUID) -> None:
    """Steps that were claimed and never began: as if they had not been."""
    known = list(steps)
    params = {"ids": [step.id for step in known], "attempts": [step.attempt for step in known]}
    run(link, HAND_BACK, {**params, "session": session})


def _step(row: tuple[Any, ...]) -> Step:
    step = Step(*row[:8], inputs=_inputs(row[9]), on_loop=row[8])  # type: ignore[misc] # mypy cannot count a slice
    step.watched, step.is_child = row[10:]
    return step


def _inputs(text: str | None) -> Inputs:
    inputs: Inputs = {}
    for slot, payload in json.loads(text or "[]"):
        inputs.setdefault(slot, []).append(payload)
    return inputs


STILL_OWNED = """
SELECT id FROM jobs_activation WHERE id = ANY(%(ids)s::bigint[]) AND session_id = %(session)s AND status = 'running'
"""


def still_owned(link: Link, *, session: UUID, steps: Iterable[int]) -> set[int]:
    """Of these steps, those that are still this session's to run."""
    return {row[0] for row in run(link, STILL_OWNED, {"ids": list(steps), "session": session}).fetchall()}


AWAKEN = """
UPDATE jobs_activation a
SET status = CASE WHEN j.status IN ('paused', 'queued') THEN 'held' ELSE 'ready' END,
    due_at = NULL, ready_at = clock_timestamp()
FROM jobs_job j WHERE a.status = 'retrying' AND a.due_at <= clock_timestamp() AND j.id = a.job_id
"""
NEXT_DUE = """
SELECT extract(epoch FROM least(
    (SELECT min(due_at) FROM jobs_activation WHERE status IN ('retrying', 'parked')),
    (SELECT min(look_at) FROM jobs_nodestate WHERE look_at IS NOT NULL),
    (SELECT min(admit_at) FROM jobs_job WHERE status = 'queued' AND admit_at IS NOT NULL),
    (SELECT min(next_at) FROM jobs_schedule
     WHERE enabled AND archived_at IS NULL AND next_at IS NOT NULL)) - clock_timestamp())::float8
"""
ANY_READY = "SELECT EXISTS (SELECT 1 FROM jobs_activation WHERE status = 'ready')"


def awaken_retries(link: Link) -> int:
    """Retries whose time has come are ready again; returns how many."""
    return run(link, AWAKEN).rowcount


def seconds_to_next_due(link: Link) -> float | None:
    """Until the next retry, policy timer, delayed start or slot of a schedule; None when there is none."""
    row = run(link, NEXT_DUE).fetchone()
    return row[0] if row else None


def any_ready(link: Link) -> bool:
    row = run(link, ANY_READY).fetchone()
    return bool(row and row[0])
