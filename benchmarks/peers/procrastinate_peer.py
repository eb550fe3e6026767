"""Procrastinate 3: a step is a task, and each task defers the next one.

Settings: two workers with `concurrency=10`, async tasks on one event loop each, LISTEN/NOTIFY on. It has no workflows:
a chain is a task that defers its successor, and a join is a counter in a row that the last of many tasks finds at zero.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import Any

import procrastinate
import psycopg

from benchmarks.figures import FAN, LANES, NAP, STEPS
from benchmarks.peers.common import Peer, main, until

DONE = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded' AND task_name = 'step'"
# The last link of a chain has nothing left to defer.
MINE = "SELECT 1 FROM procrastinate_jobs WHERE status = 'succeeded' AND args->>'left' = '0' AND args->>'run' = %s"
JOINED = "SELECT 1 FROM procrastinate_jobs WHERE status = 'succeeded' AND task_name = 'joined' AND args->>'run' = %s"
SCHEMA = "CREATE TABLE bench_join (run text PRIMARY KEY, remaining int NOT NULL)"
COUNT = "UPDATE bench_join SET remaining = remaining - 1 WHERE run = %(run)s RETURNING remaining"


class Procrastinate(Peer):
    name = "procrastinate"

    def __init__(self) -> None:
        super().__init__()
        logging.getLogger("procrastinate").setLevel(logging.ERROR)
        self._app = procrastinate.App(connector=procrastinate.PsycopgConnector(kwargs=self.dsn, max_size=LANES + 2))
        self._sync = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(kwargs=self.dsn))
        self._step = self._app.task(name="step")(self._run_step)
        self._nap = self._app.task(name="nap")(self._run_nap)
        self._joined = self._app.task(name="joined")(self._run_joined)

    def prepare(self) -> None:
        self._sync.open()
        self._sync.schema_manager.apply_schema()
        with psycopg.connect(**self.dsn) as connection:
            connection.execute(SCHEMA)

    def queue(self, jobs: int, steps: int, payload: str) -> None:
        words = [{"left": steps - 1, "payload": payload, "run": ""} for _ in range(jobs)]
        self._sync.configure_task("step", allow_unknown=True).batch_defer(*words)

    def finished(self) -> int:
        return int(self.sql(DONE))

    def work(self, number: int) -> None:
        asyncio.run(self._work(number))

    def run_one(self) -> None:
        run = uuid.uuid4().hex
        self._sync.configure_task("step", allow_unknown=True).defer(left=STEPS - 1, payload="", run=run)
        until(lambda: self.sql(MINE, run), self.name, every=0.005)

    def fan_out(self) -> None:
        run = uuid.uuid4().hex
        with psycopg.connect(**self.dsn, autocommit=True) as connection:
            connection.execute("INSERT INTO bench_join VALUES (%s, %s)", (run, FAN))
        self._sync.configure_task("nap", allow_unknown=True).batch_defer(*[{"run": run} for _ in range(FAN)])
        until(lambda: self.sql(JOINED, run), self.name, every=0.005)

    async def _work(self, number: int) -> None:
        async with self._app.open_async():
            await self._app.run_worker_async(
                concurrency=LANES, name=f"worker-{number}", listen_notify=True, install_signal_handlers=False
            )

    async def _run_step(self, *, left: int, payload: str, run: str) -> None:
        if left:
            await self._step.defer_async(left=left - 1, payload=payload, run=run)

    async def _run_nap(self, *, run: str) -> None:
        await asyncio.sleep(NAP)
        connector: Any = self._app.connector
        if (await connector.execute_query_one_async(COUNT, run=run))["remaining"] == 0:
            await self._joined.defer_async(run=run)

    async def _run_joined(self, *, run: str) -> None:
        await asyncio.sleep(0)


if __name__ == "__main__":
    main(Procrastinate)
