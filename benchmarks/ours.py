"""All measurements of this program, from the quick ones to the one that fills the tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmarks import ratchet
from benchmarks.figures import STEPS, Extras, Figures
from benchmarks.growth import measure_growth
from benchmarks.latency import measure_latency
from benchmarks.load import work_off
from benchmarks.memory import measure_memory
from benchmarks.waiting import measure_waiting
from tests.house import House


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. `rows` are the finished jobs that growth is measured with; none: it is not."""

    jobs: int = 5000
    requests: int = 100
    fans: int = 7
    rows: int = 0
    more: bool = True  #: also what takes longer


def measure_ours(house: House, scale: Scale) -> dict[str, Any]:
    linear = work_off(house, "linear", scale.jobs)
    pure = work_off(house, "pure", scale.jobs * 2)
    figures = Figures(
        linear_effectful_steps_per_s=linear.jobs_per_s * STEPS,
        linear_pure_steps_per_s=pure.jobs_per_s * STEPS,
        **measure_latency(house, jobs=scale.requests, fans=scale.fans),
        growth_ratio=None,
    )
    extras = Extras(
        wal_bytes_per_step=linear.wal_bytes / (scale.jobs * STEPS),
        round_trips_per_step=ratchet.allowed()["statements_per_step"],  # counted by the suite, and not above this
    )
    if scale.more:
        extras |= _more(house, scale)
    if scale.rows:
        figures["growth_ratio"] = measure_growth(house, rows=scale.rows, jobs=scale.jobs)
    return {"figures": figures, "extras": extras}


def _more(house: House, scale: Scale) -> Extras:
    return Extras(
        one_step_jobs_per_s=work_off(house, "one", scale.jobs).jobs_per_s,
        megabyte_jobs_per_s=work_off(house, "one", 200, large=True).jobs_per_s,
        async_waits_s=measure_waiting(house),
        **measure_memory(house, jobs=scale.jobs),
    )
