"""What is measured, in the same words and units for every system."""

from __future__ import annotations

from typing import TypedDict

STEPS = 10  #: of the linear flow
FAN, NAP = 100, 0.01  #: the fan-out: so many steps that wait so many seconds, and a join
PROCESSES, LANES = 2, 10  #: what everybody gets: worker processes, and threads or coroutines in each
WARM_UP = 0.1  #: the share of steps that may pass before the clock starts
LOOK = 0.02  #: how often, in seconds, it is looked whether everybody's queue is empty
WAITS = 200  #: asynchronous steps that wait a second
#: Of one payload, in texts of 125 000 characters: as one text it would be refused, and the whole must fit into 1 MiB.
MEGABYTE = ["x" * 125_000] * 8

IDEAL_FAN = FAN * NAP / (PROCESSES * LANES)


class Figures(TypedDict, total=False):
    """What `JSON=file` holds of each system; None where it does not apply or was not measured."""

    linear_effectful_steps_per_s: float | None
    linear_pure_steps_per_s: float | None
    trigger_to_completed_ms_p50: float | None
    trigger_to_completed_ms_p99: float | None
    fanout_ratio: float | None
    growth_ratio: float | None


class Extras(TypedDict, total=False):
    """What the table shows besides."""

    one_step_jobs_per_s: float | None
    megabyte_jobs_per_s: float | None
    async_waits_s: float | None
    worker_memory_mb: float | None
    worker_growth_kb_per_1000_steps: float | None
    round_trips_per_step: float | None
    wal_bytes_per_step: float | None


WORDS = {
    "linear_effectful_steps_per_s": "durable steps/s, linear flow of 10 steps, each committed by itself",
    "linear_pure_steps_per_s": "the same with pure steps",
    "trigger_to_completed_ms_p50": "trigger to completed, 10 steps, idle: median ms",
    "trigger_to_completed_ms_p99": "the same, 99th percentile",
    "fanout_ratio": f"fan-out to {FAN} steps of {NAP * 1000:.0f} ms and join, as a multiple of the ideal",
    "growth_ratio": "speed with finished jobs in the tables, as a share of that on empty tables",
    "one_step_jobs_per_s": "jobs/s, flow of 1 step",
    "megabyte_jobs_per_s": "jobs/s, 1 step, 1 MB in and out",
    "async_waits_s": f"{WAITS} async steps that wait 1 s, one session: seconds",
    "worker_memory_mb": "memory of a worker after the load, MB",
    "worker_growth_kb_per_1000_steps": "growth of a worker's memory, kB in 1 000 steps",
    "round_trips_per_step": "round trips to the database a step",
    "wal_bytes_per_step": "WAL bytes a step",
}
OURS = "ours"
