"""Invariants that must hold whatever was killed. They are read from the database alone, after the dust has settled."""

from __future__ import annotations

from tests.house import House

VIOLATIONS = {
    "a job that ended has open steps": """
        SELECT j.id FROM jobs_job j JOIN jobs_activation a ON a.job_id = j.id
        WHERE j.status IN ('completed', 'failed', 'cancelled')
          AND a.status IN ('ready', 'running', 'retrying', 'waiting', 'held')""",
    "a job's count of open steps is wrong": """
        SELECT j.id FROM jobs_job j WHERE j.open <> (
            SELECT count(*) FROM jobs_activation a WHERE a.job_id = j.id
              AND a.status IN ('ready', 'running', 'retrying', 'waiting', 'held'))""",
    # The routines of these tests never send the same payload twice over one connection.
    "a commit was made twice": """
        SELECT source_id FROM jobs_item WHERE source_id IS NOT NULL
        GROUP BY source_id, event, node, slot, payload::text HAVING count(*) > 1""",
    "an item started more than one step": """
        SELECT cause_id FROM jobs_activation a WHERE cause_id IS NOT NULL
        GROUP BY cause_id, node
        HAVING count(*) > (SELECT count(*) FROM jobs_item i WHERE i.source_id = a.cause_id AND i.node = a.node)""",
    "a step was started after its job had ended": """
        SELECT a.id FROM jobs_activation a JOIN jobs_job j ON j.id = a.job_id WHERE a.started_at > j.finished_at""",
    "a job without open steps is still running": """
        SELECT id FROM jobs_job WHERE open = 0 AND status IN ('pending', 'running') AND NOT keep_open""",
    "a step that never completed has output": """
        SELECT i.id FROM jobs_item i JOIN jobs_activation a ON a.id = i.source_id WHERE a.status <> 'completed'""",
    "an item was taken by a step of another job": """
        SELECT i.id FROM jobs_item i JOIN jobs_activation a ON a.id = i.consumed_by_id WHERE a.job_id <> i.job_id""",
    "a running step belongs to a session that ended": """
        SELECT a.id FROM jobs_activation a JOIN jobs_session s ON s.id = a.session_id
        WHERE a.status = 'running' AND s.ended_at IS NOT NULL""",
}


def check(house: House) -> None:
    for violation, sql in VIOLATIONS.items():
        rows = house.rows(sql)
        assert not rows, f"{violation}: {rows[:5]}"


def trails(house: House, job: str) -> list[list[str]]:
    """Through which nodes each result of the job came, sorted."""
    sql = "SELECT payload -> 'trail' FROM jobs_item WHERE job_id = %s AND node = ''"
    return sorted(row[0] for row in house.rows(sql, job))
