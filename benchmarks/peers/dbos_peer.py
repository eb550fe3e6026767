"""DBOS 3: workflows with steps, on a queue of its own in Postgres.

Settings: two executors, `worker_concurrency=10` each, synchronous steps on its thread pool, a queue polling interval of
20 ms instead of 1 s (its default would cost the latency figure a second), log level ERROR.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from dbos import DBOS, DBOSClient

from benchmarks.figures import FAN, LANES, NAP, STEPS
from benchmarks.peers.common import Peer, main

QUEUE, VERSION = "bench", "1"
DONE = "SELECT count(*) FROM dbos.operation_outputs WHERE function_name = 'step'"


def _step(value: str) -> str:
    return value


def _nap(number: int) -> int:
    time.sleep(NAP)
    return number


step: Any = DBOS.step(name="step")(_step)
nap_step: Any = DBOS.step(name="nap_step")(_nap)


def _linear(steps: int, value: str) -> str:
    for _ in range(steps):
        value = step(value)
    return value


def _one_nap(number: int) -> int:
    return int(nap_step(number))


linear: Any = DBOS.workflow(name="linear")(_linear)
one_nap: Any = DBOS.workflow(name="one_nap")(_one_nap)


def _fan_out() -> int:
    handles = [DBOS.enqueue_workflow(QUEUE, one_nap, number) for number in range(FAN)]
    return sum(handle.get_result(polling_interval_sec=0.01) for handle in handles)


fan_out: Any = DBOS.workflow(name="fan_out")(_fan_out)


class Dbos(Peer):
    name = "dbos"

    def __init__(self) -> None:
        super().__init__()
        place = "{user}@/{dbname}?host={host}&port={port}".format(**self.dsn)
        self._url = f"postgresql+psycopg://{place}"
        self._kept: DBOSClient | None = None

    def prepare(self) -> None:
        self._launch("prepare")
        DBOS.destroy()

    def queue(self, jobs: int, steps: int, payload: str) -> None:
        for _ in range(jobs):
            self._enqueue("linear", steps, payload)

    def finished(self) -> int:
        return int(self.sql(DONE))

    def work(self, number: int) -> None:
        self._launch(f"worker-{number}")
        threading.Event().wait()

    def run_one(self) -> None:
        self._enqueue("linear", STEPS, "").get_result(polling_interval_sec=0.005)

    def fan_out(self) -> None:
        self._enqueue("fan_out").get_result(polling_interval_sec=0.005)

    def _enqueue(self, workflow: str, *words: Any) -> Any:
        options = {"queue_name": QUEUE, "workflow_name": workflow, "app_version": VERSION}
        return self._client().enqueue(options, *words)  # type: ignore[arg-type, unused-ignore]

    def _client(self) -> DBOSClient:
        if self._kept is None:
            self._kept = DBOSClient(system_database_url=self._url, application_name="bench")
        return self._kept

    def _launch(self, executor: str) -> None:
        config: Any = {
            "name": "bench",
            "system_database_url": self._url,
            "application_version": VERSION,
            "executor_id": executor,
            "log_level": "ERROR",
            "notification_listener_polling_interval_sec": 0.01,
        }
        DBOS(config=config)
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=LANES, polling_interval_sec=0.02)


if __name__ == "__main__":
    main(Dbos)
