"""How every peer is measured: it says how to queue, work, wait and fan out; here is what is done with that.

Everybody gets two worker processes with ten lanes each and the same Postgres; jobs are queued before the workers start.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psycopg

from benchmarks.figures import IDEAL_FAN, LOOK, MEGABYTE, PROCESSES, STEPS, WARM_UP, Extras, Figures

ROOT = Path(__file__).parents[2]
TIMEOUT = 120.0
BREAK = 0.8  #: between jobs on an idle system, as for ours


class Peer(ABC):
    """One system. `jobs` is how many linear jobs make a run of some seconds."""

    name: str
    jobs = 150
    times = 40
    processes = PROCESSES

    def __init__(self) -> None:
        self.dsn: dict[str, Any] = json.loads(os.environ["BENCH_DSN"])

    @abstractmethod
    def prepare(self) -> None:
        """An empty schema."""

    @abstractmethod
    def queue(self, jobs: int, steps: int, payload: str) -> None:
        """Linear jobs, to be worked off later."""

    @abstractmethod
    def finished(self) -> int:
        """How many steps of linear jobs have ended well, of all that were ever queued."""

    @abstractmethod
    def work(self, number: int) -> None:
        """Be a worker until killed."""

    @abstractmethod
    def run_one(self) -> None:
        """Trigger a linear job and wait for its end."""

    @abstractmethod
    def fan_out(self) -> None:
        """Trigger the fan-out and wait until it is joined."""

    def is_up(self) -> bool:
        return True

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Stop what `prepare` started."""

    def sql(self, query: str, *params: Any) -> Any:
        row = self._connection.execute(query.encode(), params).fetchone()
        return row[0] if row else None

    @cached_property
    def _connection(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(**self.dsn, autocommit=True)


def main(peer: Callable[[], Peer]) -> None:
    """As a program: measures and prints JSON; with `work N` it is one of the workers."""
    if sys.argv[1:2] == ["work"]:
        peer().work(int(sys.argv[2]))
        return
    measured = peer()
    try:
        sys.stdout.write(json.dumps(measure(measured)) + "\n")
    finally:
        measured.close()


def measure(peer: Peer) -> dict[str, Any]:
    peer.prepare()
    steps_per_s = _rate(peer, peer.jobs, STEPS, "")
    one_step, megabyte = _rate(peer, peer.jobs * 2, 1, ""), _rate(peer, 100, 1, "".join(MEGABYTE))
    with _workers(peer):
        peer.run_one()
        times = sorted(_timed(peer.run_one, pause=BREAK) for _ in range(peer.times))
        peer.fan_out()
        fan_out = median(_timed(peer.fan_out, pause=BREAK) for _ in range(5))
    figures = Figures(
        linear_effectful_steps_per_s=steps_per_s,
        # There is one kind of step: what its code does makes no difference to what it costs.
        linear_pure_steps_per_s=steps_per_s,
        trigger_to_completed_ms_p50=median(times) * 1000,
        trigger_to_completed_ms_p99=quantiles(times, n=100, method="inclusive")[98] * 1000,
        fanout_ratio=fan_out / IDEAL_FAN,
        growth_ratio=None,
    )
    extras = Extras(one_step_jobs_per_s=one_step, megabyte_jobs_per_s=megabyte)
    return {"figures": figures, "extras": extras}


def _rate(peer: Peer, jobs: int, steps: int, payload: str) -> float:
    """Steps a second, once the workers have warmed up."""
    before, all_steps = peer.finished(), jobs * steps
    peer.queue(jobs, steps, payload)
    with _workers(peer):
        first = until(lambda: (done := peer.finished() - before) >= all_steps * WARM_UP and done, peer.name)
        started = time.perf_counter()
        until(lambda: peer.finished() - before >= all_steps, peer.name)
        return float(all_steps - first) / (time.perf_counter() - started)


def _timed(do: Callable[[], object], *, pause: float) -> float:
    time.sleep(pause)
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


def until(condition: Callable[[], Any], what: str, *, every: float = LOOK, timeout: float = TIMEOUT) -> Any:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(every)
    raise TimeoutError(f"{what}: waited {timeout:.0f} s in vain")


@contextmanager
def _workers(peer: Peer) -> Iterator[None]:
    module = f"benchmarks.peers.{Path(sys.argv[0]).stem}"
    command = [sys.executable, "-m", module, "work"]
    started = [
        subprocess.Popen([*command, str(n)], cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
        for n in range(peer.processes)
    ]
    try:
        until(peer.is_up, f"{peer.name} starts")
        yield
    finally:
        for process in started:
            os.killpg(process.pid, 9)
            process.wait()
