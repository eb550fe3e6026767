"""How much memory a worker takes, and whether that grows while it works."""

from __future__ import annotations

import psutil

from benchmarks.figures import STEPS, Extras
from benchmarks.load import finish, queue
from tests.house import House, cluster_processes


def measure_memory(house: House, *, jobs: int) -> Extras:
    """The largest worker of a cluster, after it has warmed up and again after as much work."""
    with house.runtime() as runtime:
        _work(house, jobs)
        before = largest(runtime)
        _work(house, jobs)
        after = largest(runtime)
    growth = (after - before) / 1000 / (jobs * STEPS / 1000)
    return Extras(worker_memory_mb=after / 1e6, worker_growth_kb_per_1000_steps=growth)


def _work(house: House, jobs: int) -> None:
    queue(house, "linear", jobs)
    finish(house, jobs)


def largest(runtime: psutil.Process) -> int:
    """Bytes that the largest worker of a cluster holds."""
    return max(worker.memory_info().rss for worker in cluster_processes(runtime))
