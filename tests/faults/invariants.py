"""What must hold whatever was killed: I1 to I12, each a sentence and the rows that break it.

They read the database alone, in plain SQL, and know nothing of the engine's code. `hazard_journal` holds what the
routines of `tests.hazards` wrote down outside of the database; `hazard_pause` when a person was told that a job is
paused, and when he let it go on. Both are empty where a test does not use them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Rows = list[tuple[Any, ...]]
Read = Callable[[str], Rows]
Invariant = Callable[[Read], Rows]

#: What the invariants read besides the tables: the nodes of the revisions that jobs ran on, and the open steps.
VIEWS: Final = """
    CREATE TEMP VIEW hazard_nodes AS
    SELECT r.id AS revision_id, n.value ->> 'id' AS node, n.value -> 'policy' ->> 'type' AS policy,
           n.value ->> 'class' AS class, (n.value -> 'policy' ->> 'min_batch_size')::int AS size,
           CASE WHEN coalesce(n.value -> 'error_handler', 'null') <> 'null' THEN n.value -> 'error_handler'
                ELSE r.canonical::jsonb -> 'error_handler' END AS handler
    FROM templates_app_revision r, jsonb_array_elements(r.canonical::jsonb -> 'nodes') n
    WHERE r.id IN (SELECT revision_id FROM jobs_job);
    CREATE TEMP VIEW hazard_open AS SELECT * FROM jobs_activation
    WHERE status IN ('ready', 'running', 'retrying', 'waiting', 'held');
"""


def every_job_ends_or_waits_for_something(read: Read) -> Rows:
    """I1. A job that has not ended has a step that will run, or a person holds it, or it is open for items."""
    return read("""
        SELECT j.id, j.status, j.open FROM jobs_job j WHERE j.status IN ('pending', 'running') AND NOT EXISTS (
            SELECT 1 FROM jobs_activation a WHERE a.job_id = j.id AND a.status IN ('ready', 'running', 'retrying'))
          AND NOT (j.keep_open AND j.open = 0)
          AND NOT EXISTS (SELECT 1 FROM jobs_nodestate n WHERE n.job_id = j.id AND n.look_at IS NOT NULL)
        UNION ALL
        SELECT j.id, a.status, j.open FROM jobs_job j JOIN hazard_open a ON a.job_id = j.id
        WHERE j.status IN ('completed', 'failed', 'cancelled')""")


def the_count_of_open_steps_is_right(read: Read) -> Rows:
    """I1. A job completes by this count: one too many and it never ends, one too few and it ends early."""
    return read("""
        SELECT j.id, j.open FROM jobs_job j WHERE j.open <> (
            SELECT count(*) FROM hazard_open a WHERE a.job_id = j.id)""")


def a_running_step_has_a_session(read: Read) -> Rows:
    """I1. No step is left with a session that has ended."""
    return read("""
        SELECT a.id, s.outcome FROM jobs_activation a JOIN jobs_session s ON s.id = a.session_id
        WHERE a.status = 'running' AND s.ended_at IS NOT NULL""")


def a_step_is_committed_once(read: Read) -> Rows:
    """I2. What a step started is there once: its follow-up steps have distinct places in its one commit."""
    return read("""
        SELECT cause_id, ordinal, count(*) FROM jobs_activation WHERE cause_id IS NOT NULL
        GROUP BY cause_id, ordinal HAVING count(*) > 1
        UNION ALL
        SELECT cause_id, 0, count(*) FROM jobs_activation a WHERE cause_id IS NOT NULL GROUP BY cause_id, node
        HAVING count(*) > greatest((SELECT count(*) FROM jobs_item i WHERE i.source_id = a.cause_id
                                    AND i.node = a.node), 1)""")


def output_comes_from_one_execution(read: Read) -> Rows:
    """I2. All that a step sent was sent by one execution of it, and by a step that completed."""
    return read("""
        SELECT source_id, count(DISTINCT payload ->> 'by') FROM jobs_item WHERE payload ? 'by'
          AND source_id IS NOT NULL GROUP BY source_id HAVING count(DISTINCT payload ->> 'by') > 1
        UNION ALL
        SELECT i.source_id, 0 FROM jobs_item i JOIN jobs_activation a ON a.id = i.source_id
        WHERE a.status <> 'completed'""")


def an_atomic_step_wrote_one_row(read: Read) -> Rows:
    """I2. The rows that an atomic routine wrote are there once for each step that completed, and for no other."""
    return read("""
        WITH kept AS (SELECT split_part(key, ':', 2)::bigint AS step, data ->> 'by' AS by
                      FROM jobs_datasetrow WHERE dataset = 'hazard'),
        sent AS (SELECT DISTINCT i.source_id AS step, i.payload ->> 'by' AS by FROM jobs_item i
                 JOIN jobs_job j ON j.id = i.job_id JOIN hazard_nodes n ON n.revision_id = j.revision_id
                   AND n.node = i.source_node AND n.class = 'hazard_rows')
        SELECT coalesce(kept.step, sent.step), kept.by, sent.by FROM kept FULL JOIN sent USING (step, by)
        WHERE kept.by IS NULL OR sent.by IS NULL""")


def a_stale_owner_writes_nothing(read: Read) -> Rows:
    """I3. What is committed comes from the last attempt that began: who had been replaced wrote nothing."""
    # By the number of the attempt, not by the clock: who was frozen before it began may begin after all is over.
    return read("""
        SELECT j.step, j.name, i.by FROM (
            SELECT DISTINCT source_id AS step, payload ->> 'by' AS by FROM jobs_item WHERE payload ? 'by') i
        JOIN (SELECT DISTINCT ON (step) step, name FROM hazard_journal WHERE kind = 'begin'
              ORDER BY step, attempt DESC, line DESC) j
          ON j.step = i.step WHERE j.name <> i.by""")


def a_join_takes_one_item_of_each_slot(read: Read) -> Rows:
    """I4. A join fires with exactly one item of every slot, and leaves none of them with partners in all slots."""
    return read("""
        SELECT a.id, i.slot, count(*) FROM jobs_activation a JOIN jobs_job j ON j.id = a.job_id
        JOIN hazard_nodes n ON n.revision_id = j.revision_id AND n.node = a.node AND n.policy = 'all_slots_ready'
        JOIN jobs_item i ON i.consumed_by_id = a.id GROUP BY a.id, i.slot HAVING count(*) <> 1""")


def an_event_reaches_each_slot_once(read: Read) -> Rows:
    """I5. What a step emitted is delivered once over each connection: to all slots that an event reaches alike."""
    return read("""
        WITH sent AS (SELECT source_id, event, node, slot, count(*) AS items FROM jobs_item
                      WHERE source_id IS NOT NULL GROUP BY 1, 2, 3, 4)
        SELECT source_id, event, min(items), max(items) FROM sent GROUP BY 1, 2 HAVING min(items) <> max(items)
        UNION ALL
        SELECT i.id, i.event, 0, 0 FROM jobs_item i JOIN jobs_activation a ON a.id = i.consumed_by_id
        WHERE a.job_id <> i.job_id OR a.node <> i.node""")


def a_queue_is_taken_in_order(read: Read) -> Rows:
    """I5. Where items queue for a policy, an earlier step of the node took earlier items of a slot than a later one."""
    return read("""
        WITH taken AS (
            SELECT a.job_id, a.node, i.slot, a.id, min(i.id) AS first, max(i.id) AS last
            FROM jobs_activation a JOIN jobs_job j ON j.id = a.job_id
            JOIN hazard_nodes n ON n.revision_id = j.revision_id AND n.node = a.node AND n.policy <> 'immediate'
            JOIN jobs_item i ON i.consumed_by_id = a.id GROUP BY 1, 2, 3, 4),
        after AS (SELECT *, lag(last) OVER (PARTITION BY job_id, node, slot ORDER BY id) AS before FROM taken)
        SELECT id, first, before FROM after WHERE first < before""")


def deaths_and_errors_are_bounded(read: Read) -> Rows:
    """I6. No step outlives its bound of deaths or of errors, and what passed it is dead-lettered: its job failed."""
    return read("""
        SELECT a.id, a.status, a.deaths, a.errors FROM jobs_activation a JOIN jobs_job j ON j.id = a.job_id
        JOIN hazard_nodes n ON n.revision_id = j.revision_id AND n.node = a.node
        WHERE a.deaths > j.max_attempts OR (a.deaths = j.max_attempts AND a.status NOT IN ('failed', 'cancelled'))
           OR a.errors > 1 + CASE WHEN n.handler ->> 'strategy' = 'retry'
                             THEN (n.handler ->> 'max_retries')::int ELSE 0 END
           OR (a.status = 'failed' AND j.status <> 'failed')""")


def no_more_run_than_may(read: Read) -> Rows:
    """I7. At no moment did more steps of a job run than its max_workers."""
    return read("""
        WITH runs AS (
            SELECT a.id, a.job_id, a.started_at, a.finished_at, (r.canonical::jsonb ->> 'max_workers')::int AS most
            FROM jobs_activation a JOIN jobs_job j ON j.id = a.job_id JOIN templates_app_revision r
              ON r.id = j.revision_id WHERE a.started_at IS NOT NULL AND a.finished_at IS NOT NULL
              AND r.canonical::jsonb ->> 'max_workers' IS NOT NULL)
        SELECT one.job_id, one.id, count(*) FROM runs one JOIN runs other ON other.job_id = one.job_id
          AND other.started_at <= one.started_at AND one.started_at < other.finished_at
        GROUP BY one.job_id, one.id, one.most HAVING count(*) > one.most""")


def no_more_jobs_are_under_way_than_may(read: Read) -> Rows:
    """I7. At no moment were more jobs under way than the limit of their flow, or of their key."""
    return read("""
        SELECT one.id, count(*) FROM jobs_job one JOIN jobs_job other ON other.concurrency_key = one.concurrency_key
          AND other.admitted_at <= one.admitted_at AND one.admitted_at < coalesce(other.finished_at, 'infinity')
        WHERE one.concurrency_limit IS NOT NULL GROUP BY one.id HAVING count(*) > one.concurrency_limit""")


def no_more_jobs_begin_than_may(read: Read) -> Rows:
    """I7. In no span of the length that the rate of a flow names did more of its jobs begin."""
    return read("""
        SELECT one.id, count(*) FROM jobs_job one JOIN jobs_job other ON other.flow_id = one.flow_id
          AND other.admitted_at <= one.admitted_at
          AND other.admitted_at > one.admitted_at - one.rate_seconds * interval '1 second'
        WHERE one.rate_count IS NOT NULL GROUP BY one.id HAVING count(*) > one.rate_count""")


def nothing_starts_after_the_end(read: Read) -> Rows:
    """I8. A job that was cancelled, or ended otherwise, starts no step any more."""
    # A step may be taken between the moment that is written into the job and the commit which makes that the truth.
    return read("""
        SELECT a.id, a.started_at, j.finished_at FROM jobs_activation a JOIN jobs_job j ON j.id = a.job_id
        WHERE a.started_at > j.finished_at + interval '1 second'""")


def what_a_job_runs_never_changes(read: Read) -> Rows:
    """I9. A revision still has the hash that it was stored with, and all steps of a job worked by one revision."""
    return read("""
        SELECT r.id::text, r.hash FROM templates_app_revision r
        WHERE encode(sha256(convert_to(r.canonical, 'UTF8')), 'hex') <> r.hash
        UNION ALL
        SELECT i.job_id::text, i.payload ->> 'marks' FROM jobs_item i
        WHERE i.payload ? 'marks' AND (SELECT count(DISTINCT mark) FROM jsonb_array_elements(
            i.payload -> 'marks') AS mark) > 1""")


def a_batch_has_its_size(read: Read) -> Rows:
    """I10. No batch is larger than its size, and only the tail at the end of a job is smaller."""
    return read("""
        WITH batches AS (
            SELECT a.id, n.size, i.slot, count(*) AS items, a.message ->> 'reason' AS reason
            FROM jobs_activation a JOIN jobs_job j ON j.id = a.job_id
            JOIN hazard_nodes n ON n.revision_id = j.revision_id AND n.node = a.node AND n.policy = 'batch_size'
            JOIN jobs_item i ON i.consumed_by_id = a.id GROUP BY 1, 2, 3, 5)
        SELECT id, size, items, reason FROM batches WHERE items > size OR (items < size AND reason <> 'drained')""")


def a_key_made_one_job(read: Read) -> Rows:
    """I11. An idempotency key belongs to one job, and a job to one key."""
    return read("""
        SELECT min(key), count(*) FROM jobs_idempotencykey GROUP BY user_id, key HAVING count(*) > 1
        UNION ALL SELECT min(key), count(*) FROM jobs_idempotencykey GROUP BY job_id HAVING count(*) > 1""")


def nothing_starts_while_paused(read: Read) -> Rows:
    """I12. Between the answer that a job is paused and the word to go on, none of its steps started."""
    return read("""
        SELECT a.id, a.started_at, p.since, p.until FROM hazard_pause p JOIN jobs_activation a ON a.job_id = p.job
        WHERE a.started_at > p.since AND a.started_at < p.until""")


INVARIANTS: Final[Mapping[str, tuple[Invariant, ...]]] = {
    "I1": (every_job_ends_or_waits_for_something, the_count_of_open_steps_is_right, a_running_step_has_a_session),
    "I2": (a_step_is_committed_once, output_comes_from_one_execution, an_atomic_step_wrote_one_row),
    "I3": (a_stale_owner_writes_nothing,),
    "I4": (a_join_takes_one_item_of_each_slot,),
    "I5": (an_event_reaches_each_slot_once, a_queue_is_taken_in_order),
    "I6": (deaths_and_errors_are_bounded,),
    "I7": (no_more_run_than_may, no_more_jobs_are_under_way_than_may, no_more_jobs_begin_than_may),
    "I8": (nothing_starts_after_the_end,),
    "I9": (what_a_job_runs_never_changes,),
    "I10": (a_batch_has_its_size,),
    "I11": (a_key_made_one_job,),
    "I12": (nothing_starts_while_paused,),
}
