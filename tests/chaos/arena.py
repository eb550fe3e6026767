"""Where a storm takes place: one house, its hosts, the network between them, and who does what in each cluster."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg

from routilux_site.embedded.server import PORT
from tests.chaos.hosts import Host, Keeper
from tests.chaos.load import Editor, Load
from tests.chaos.recovery import Recovery
from tests.desk import Desk, DeskError
from tests.faults import work
from tests.faults.oracle import TABLES
from tests.faults.proxy import Proxy, a_proxy
from tests.house import HASTY, House, a_house

AT_WORK = "SELECT DISTINCT pid FROM jobs_session WHERE ended_at IS NULL"
FIRST = "SELECT 1 FROM jobs_job WHERE status = 'completed' LIMIT 1"
STORM = {**HASTY, "ROUTILUX_THREADS": "4", "LOG_LEVEL": "ERROR"}
LEASE = float(HASTY["ROUTILUX_LEASE"])
#: How wrong the clock of one host is, in seconds.
WRONG_CLOCK = "3600"


class Arena:
    def __init__(self, house: House, proxy: Proxy, *, seed: int) -> None:
        self.house, self.proxy, self.seed = house, proxy, seed
        self.dice = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.failpoints = house.home / "failpoints"
        self.failpoints.mkdir(exist_ok=True)
        near = {"DATABASE_URL": house.url, "ROUTILUX_FAILPOINTS": str(self.failpoints)}
        far = {**near, "DATABASE_URL": proxy.url, "HAZARD_CLOCK": WRONG_CLOCK}
        self.hosts = [Host(house, near), Host(house, far)]
        self.keeper = Keeper(self.hosts)
        self._desks = [Desk(house, **far), Desk(house, **near), Desk(house, **near)]
        self.load = Load(house, self._desks[0], seed=seed)
        self.editor = Editor(self._desks[1])
        self.recovery = Recovery(house, self.failpoints)
        self.longest_outage = 60.0
        self.threads: list[threading.Thread] = []
        self.server = threading.Lock()

    def begin(self) -> None:
        for thread in (self.keeper, self.load, self.editor, self.recovery):
            thread.start()
        self.house.wait(lambda: self.house.value(FIRST), "the first completed job", timeout=900)

    def calm(self) -> None:
        """The storm is over: what was frozen or cut is whole again, and no new job comes."""
        for thread in self.threads:
            thread.join()
        self.proxy.stall(on=False)
        for fault in self.failpoints.glob("[!f]*"):
            fault.unlink(missing_ok=True)
        with self.server:
            self.house.server.ensure()
        self.load.end()
        self.editor.end()

    def close(self) -> None:
        self.recovery.end()
        self.keeper.end()
        for desk in self._desks:
            desk.close()

    def later(self, seconds: float, do: object) -> None:
        """Do something while the storm goes on."""
        timer = threading.Timer(seconds, do)  # type: ignore[arg-type]
        timer.start()
        self.threads.append(timer)

    def busy(self) -> list[int]:
        """Processes with a session: they run steps, or are about to."""
        with suppress(psycopg.Error):
            return sorted(row[0] for row in self.house.rows(AT_WORK) if psutil.pid_exists(row[0]))
        return []

    def role(self, name: str) -> list[int]:
        """Processes that are "pusher", "monitor" or "worker" in a cluster that lives."""
        with suppress(DeskError):
            alive = [s for s in self._desks[2].ask("anatomy") if psutil.pid_exists(s["sentinel"])]
            found = [pid for s in alive for pid in (s["workers"] if name == "worker" else [s[name]])]
            return sorted(pid for pid in found if pid and psutil.pid_exists(pid))
        return []

    def settle(self, patience: float = 60.0) -> list[str]:
        """Wait until every job has ended, for as long as steps still end; the jobs that are stuck."""
        sql = "SELECT id::text FROM jobs_job WHERE finished_at IS NULL ORDER BY 1"
        progress = "SELECT count(*) FROM jobs_activation WHERE finished_at IS NOT NULL"
        best, since = -1, time.monotonic()
        while open_jobs := [row[0] for row in self.house.rows(sql)]:
            count = int(self.house.value(progress))
            if count > best:
                best, since = count, time.monotonic()
            if time.monotonic() - since > patience:
                break
            time.sleep(0.2)
        return open_jobs


@contextmanager
def an_arena(*, seed: int) -> Iterator[Arena]:
    with a_house(apps="tests.flows,tests.hazards", **STORM) as house:
        house.build(work.FLOWS + work.POISON)
        with psycopg.connect(**house.server.params) as connection:
            connection.execute(TABLES.encode())
        with a_proxy(Path(house.server.socket_dir) / f".s.PGSQL.{PORT}") as proxy:
            arena = Arena(house, proxy, seed=seed)
            try:
                yield arena
            finally:
                arena.close()
