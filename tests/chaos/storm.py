"""A storm from beginning to end, and what is left of it: the figures that are printed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, takewhile
from statistics import median
from typing import Any

from tests.chaos.arena import Arena
from tests.chaos.faults import FAULTS, draw
from tests.chaos.load import Entry
from tests.faults import oracle, work
from tests.faults.invariants import Rows

STATUSES = "SELECT id::text, status FROM jobs_job"
TOLD = """
SELECT j.status, j.error_summary,
       (SELECT jsonb_agg(jsonb_build_array(a.node, a.status, a.attempt, a.errors, a.deaths) ORDER BY a.id)
        FROM jobs_activation a WHERE a.job_id = j.id),
       (SELECT jsonb_agg(jsonb_build_array(l.activation_id, l.attempt, l.error->>'type', l.error->>'message'))
        FROM jobs_steplog l WHERE l.job_id = j.id)
FROM jobs_job j WHERE j.id = %s
"""
RESULTS = "SELECT job_id::text, payload FROM jobs_item WHERE node = '' ORDER BY id"
POISON = """
SELECT count(*) FROM jobs_job j JOIN templates_app_prototype f ON f.id = j.flow_id
WHERE starts_with(f.name, 'poison_') AND j.status = 'failed'
"""
STEPS = "SELECT count(*) FROM jobs_activation WHERE status = 'completed'"


@dataclass
class Aftermath:
    """What the oracle and the ledger say once everything has come to rest."""

    stuck: list[str]
    told: list[str]
    lost: list[str]
    violations: dict[str, Rows]

    def broken(self, *laws: str) -> int:
        return sum(len(rows) for said, rows in self.violations.items() if said.startswith(tuple(f"{n}." for n in laws)))


def rage(arena: Arena, *, goes_on: Callable[[int], bool], pause: float) -> None:
    """One fault after the other, as the seed says, while work is under way."""
    for number in takewhile(goes_on, count()):
        name = draw(arena, number)
        nap = arena.dice.uniform(0, 2 * pause)
        if FAULTS[name][0](arena):
            arena.done[name] += 1
            time.sleep(nap)


def look_around(arena: Arena) -> Aftermath:
    arena.calm()
    stuck = arena.settle()
    told = [f"{job}: {arena.house.rows(TOLD, job)}" for job in stuck]
    return Aftermath(stuck, told, _lost(arena, stuck), oracle.violations(arena.house))


def slowest(arena: Arena, many: int = 5) -> str:
    """What the rescues that took longest waited for."""
    worst = sorted(arena.recovery.slow, reverse=True)[:many]
    return "".join(f"\na rescue took {took:.1f} s\n" + "\n".join(scenes) for took, scenes in worst)


def _lost(arena: Arena, stuck: list[str]) -> list[str]:
    """Jobs that were accepted, and are not there or did not come to what they had to."""
    statuses = dict(arena.house.rows(STATUSES))
    results: dict[str, list[Any]] = {}
    for job, payload in arena.house.rows(RESULTS):
        results.setdefault(job, []).append(payload)
    ended = [entry for entry in arena.load.ledger if entry.job not in stuck]
    lost = [e for e in ended if not _is_right(e, statuses.get(e.job), results.get(e.job, []))]
    return [f"{e.flow} {e.job}: {results.get(e.job)}, {arena.house.rows(TOLD, e.job)}" for e in lost]


def _is_right(entry: Entry, status: str | None, results: list[Any]) -> bool:
    if status == "cancelled" and (entry.cancelled or entry.loose):
        return True
    if entry.flow in work.POISONS:
        return (status, results) == ("failed", [])
    whole = entry.flow == "open" and entry.loose
    return status == "completed" and (whole or work.comes_to(entry.flow, entry.n, results))


def figures(arena: Arena, after: Aftermath, *, minutes: float) -> dict[str, float]:
    seconds = arena.recovery.seconds or [0.0]
    doubles = after.broken("I2", "I4", "I5", "I10", "I11")
    return {
        "kills": arena.recovery.kills,
        "database_crashes": arena.done["database_crashes"],
        "lost": len(after.lost),
        "stuck": len(after.stuck),
        "double_commits": doubles,
        "stale_writes": after.broken("I3"),
        "recovery_s_p50": round(median(seconds), 2),
        "recovery_s_max": round(max(seconds), 2),
        "other_violations": after.broken("I1", "I6", "I7", "I8", "I9", "I12"),
        "orphans": arena.done["orphans"],
        "freezes": arena.done["freezes"],
        "network_faults": sum(arena.proxy.done.values()),
        "poison": int(arena.house.value(POISON)),
        "template_edits": arena.editor.edits,
        "jobs": len(arena.load.ledger),
        "steps": int(arena.house.value(STEPS)),
        "minutes": round(minutes, 1),
        "seed": arena.seed,
    }
