"""Celery with Redis: a chain for the linear flow, a chord for the fan-out.

Settings: two workers with ten processes each (its thread pool was far slower), results kept in Redis, late
acknowledgement, gossip, mingling and events off. Redis is started for the run with an append-only file that is flushed
at each write, because everybody else here survives a crash as well.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from celery import Celery, chain, chord

from benchmarks.figures import FAN, LANES, NAP, STEPS
from benchmarks.peers.common import Peer, main, until

# The workers find it in their environment.
SOCKET = Path(os.environ.get("BENCH_REDIS") or Path(mkdtemp(prefix="routilux-redis-")) / "redis.sock")
os.environ["BENCH_REDIS"] = str(SOCKET)
app: Any = Celery("bench", broker=f"redis+socket://{SOCKET}", backend=f"redis+socket://{SOCKET}?virtual_host=1")
app.conf.update(task_acks_late=True, broker_connection_retry_on_startup=True)


def _step(value: str) -> str:
    app.backend.client.incr("bench:done")
    return value


def _nap(number: int) -> int:
    time.sleep(NAP)
    return number


def _joined(numbers: list[int]) -> int:
    return sum(numbers)


step: Any = app.task(name="step")(_step)
nap: Any = app.task(name="nap")(_nap)
joined: Any = app.task(name="joined")(_joined)


class CeleryPeer(Peer):
    name = "celery"

    def prepare(self) -> None:
        place = ["--port", "0", "--unixsocket", str(SOCKET), "--dir", str(SOCKET.parent)]
        durable = ["--appendonly", "yes", "--appendfsync", "always"]
        subprocess.Popen(["redis-server", *place, *durable], stdout=subprocess.DEVNULL)
        until(SOCKET.exists, "redis")

    def queue(self, jobs: int, steps: int, payload: str) -> None:
        for _ in range(jobs):
            self._chain(steps, payload).apply_async()

    def finished(self) -> int:
        return int(app.backend.client.get("bench:done") or 0)

    def work(self, number: int) -> None:
        words = ["worker", "--pool=prefork", f"--concurrency={LANES}", "-n", f"worker-{number}", "-l", "ERROR"]
        app.worker_main([*words, "--without-gossip", "--without-mingle", "--without-heartbeat"])

    def run_one(self) -> None:
        self._chain(STEPS, "").apply_async().get(interval=0.005)

    def fan_out(self) -> None:
        chord((nap.s(number) for number in range(FAN)), joined.s()).apply_async().get(interval=0.005)

    def close(self) -> None:
        app.backend.client.shutdown(nosave=True)

    def _chain(self, steps: int, payload: str) -> Any:
        return chain(step.s(payload), *[step.s() for _ in range(steps - 1)])


if __name__ == "__main__":
    main(CeleryPeer)
