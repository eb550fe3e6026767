"""What a step costs the database: statements of its lane, and bytes of the write-ahead log that its commit writes.

Both are counted, not timed, so that they come out the same on any machine: only lanes are listened to, because how
often a session looks around depends on the clock; of the bytes of many equal commits the smallest count is taken,
because now and then one of them splits a page or is the first to touch it after a checkpoint.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import psycopg
from django.conf import settings
from django.test import override_settings

from benchmarks.figures import STEPS
from jobs.runtime import fuse
from jobs.runtime.store import commit as committing
from jobs.runtime.store.link import Link, run
from templates_app.models import FlowPrototype
from tests.engine import make_flow, run_flow

JOBS = 3
#: Bytes are rounded up to so many, after some slack: the alignment of a row is no news.
GRAIN, SLACK = 50, 16


@dataclass(slots=True)
class Costs:
    """Of some runs. `bytes` has an entry for each commit that started a new step."""

    statements: int = 0
    bytes: list[int] = field(default_factory=list)


def measure_costs() -> dict[str, float]:
    """By the keys of the ratchet file."""
    with _one_lane():
        linear, pure, joined = (_run(flow) for flow in (_line("test_pass"), _line("test_pure_pass"), _fan()))
    steps = STEPS * JOBS
    return {
        "statements_per_step": linear.statements / steps,
        "statements_per_pure_step": pure.statements / steps,
        "statements_per_joined_step": joined.statements / (JOBS * (STEPS + 2)),
        "wal_bytes_per_step": float(-(-(min(linear.bytes) + SLACK) // GRAIN) * GRAIN),
    }


def _line(routine: str) -> FlowPrototype:
    nodes = {f"s{n}": routine for n in range(STEPS)}
    return make_flow(f"line-{routine}", nodes, [f"s{n}.output s{n + 1}.input" for n in range(STEPS - 1)])


def _fan() -> FlowPrototype:
    """As many steps side by side, then one that takes them all together."""
    spread = {"routine": "test_spread", "config": {"count": STEPS}}
    gather = {"routine": "test_gather", "policy": {"type": "batch_size", "min_batch_size": STEPS}}
    nodes: dict[str, Any] = {"out": spread, "each": "test_pass", "join": gather}
    return make_flow("fan-in", nodes, ["out.output each.input", "each.output join.input"])


def _run(flow: FlowPrototype) -> Costs:
    run_flow(flow, n=0)  # the first run also prepares statements and fills caches
    with _counted() as costs:
        for n in range(JOBS):
            run_flow(flow, n=n)
    return costs


@contextmanager
def _one_lane() -> Iterator[None]:
    """Else it would depend on the clock which lanes commit together, and how many pure steps travel together."""
    alone = override_settings(ROUTILUX={**settings.ROUTILUX, "THREADS": 1})
    with alone, patch.object(fuse, "AT_MOST_SECONDS", float("inf")):
        yield


@contextmanager
def _counted() -> Iterator[Costs]:
    costs = Costs()
    execute: Any = psycopg.Cursor.execute

    def counting(cursor: Any, *words: Any, **options: Any) -> Any:
        if threading.current_thread().name.startswith("lane"):
            costs.statements += 1
        return execute(cursor, *words, **options)

    def explaining(link: Link, sql: str, params: dict[str, Any]) -> Any:
        if params["count"] == 1:
            costs.bytes.append(_written(link, sql, params))
            costs.statements -= 1
        return run(link, sql, params)

    with patch.object(psycopg.Cursor, "execute", counting), patch.object(committing, "run", explaining):
        yield costs


def _written(link: Link, sql: str, params: dict[str, Any]) -> int:
    """What the statement would write: it is run, and taken back."""
    with link.transaction(force_rollback=True):
        cursor = psycopg.Cursor(link)
        cursor.execute(f"EXPLAIN (ANALYZE, WAL, FORMAT JSON) {sql}".encode(), params)
        row = cursor.fetchone()
    found = row[0] if row else []
    plans = json.loads(found) if isinstance(found, str) else found
    return sum(_modified(plans[0]["Plan"]))


def _modified(plan: dict[str, Any]) -> Iterator[int]:
    """The bytes of each table that is written to."""
    if plan["Node Type"] == "ModifyTable":
        yield plan["WAL Bytes"]
        return
    for part in plan.get("Plans", ()):
        yield from _modified(part)
