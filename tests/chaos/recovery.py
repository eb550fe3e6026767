"""How long the steps of a dead process waited until somebody else took them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.house import House

HELD = """
SELECT a.id, a.attempt FROM jobs_activation a JOIN jobs_session s ON s.id = a.session_id
WHERE s.pid = ANY(%s) AND s.started_at <= clock_timestamp() AND a.status = 'running'
"""
# Still with the dead, or free and not yet taken by anybody.
WAITING = """
SELECT count(*) FROM jobs_activation a JOIN unnest(%s::bigint[], %s::int[]) AS held(id, attempt) ON held.id = a.id
WHERE a.attempt = held.attempt AND a.status IN ('running', 'ready')
"""
#: What a slow rescue waited for: the steps themselves, who could take them, and what else there was to do.
SCENE = """
SELECT (SELECT jsonb_agg(jsonb_build_array(a.node, a.status, a.deaths, a.alone,
                                           extract(epoch FROM clock_timestamp() - s.heartbeat_at)::numeric(9, 1)))
        FROM jobs_activation a JOIN unnest(%s::bigint[], %s::int[]) AS held(id, attempt) USING (id, attempt)
        LEFT JOIN jobs_session s ON s.id = a.session_id WHERE a.status IN ('running', 'ready')),
       (SELECT jsonb_agg(jsonb_build_array(s.pid, extract(epoch FROM clock_timestamp() - s.started_at)::numeric(9, 1),
                                           extract(epoch FROM clock_timestamp() - s.heartbeat_at)::numeric(9, 1),
                                           (SELECT count(*) FROM jobs_activation a
                                            WHERE a.session_id = s.id AND a.status = 'running')))
        FROM jobs_session s WHERE s.ended_at IS NULL),
       (SELECT count(*) FROM jobs_activation WHERE status = 'ready')
"""
LOOK = 0.05
SLOW = 4.0


@dataclass
class Death:
    pids: list[int]
    at: float
    down_before: float
    held: tuple[list[int], list[int]] | None = None  #: ids and attempts of steps
    scenes: list[str] = field(default_factory=list)
    looked_at: float = 0.0


@dataclass
class Recovery(threading.Thread):
    """Times each death; while the database was down nobody could take anything, so that time does not count."""

    house: House
    failpoints: Path
    seconds: list[float] = field(default_factory=list)
    slow: list[tuple[float, list[str]]] = field(default_factory=list)
    kills: int = 0

    def __post_init__(self) -> None:
        super().__init__(name="recovery", daemon=True)
        self._over = threading.Event()
        self._mutex = threading.Lock()
        self._open: list[Death] = []
        self._down = 0.0
        self._told: set[str] = set()

    # A dataclass with eq has no hash, and threads are kept in sets.
    __hash__ = threading.Thread.__hash__

    def died(self, pids: Iterable[int], *, at: float | None = None) -> None:
        with self._mutex:
            self.kills += 1
            self._open.append(Death(list(pids), at or time.monotonic(), self._down))

    def run(self) -> None:
        before = time.monotonic()
        while not self._over.wait(LOOK):
            self._read_failpoints()
            try:
                self._look()
            except psycopg.Error:
                self._down += time.monotonic() - before
            before = time.monotonic()

    def end(self) -> None:
        self._over.set()
        self.join()

    def _read_failpoints(self) -> None:
        for path in self.failpoints.glob("fired.*"):
            if path.name in self._told:
                continue
            self._told.add(path.name)
            with suppress(FileNotFoundError):
                ago = time.time() - path.stat().st_ctime
                if path.read_text(encoding="ascii").startswith("kill"):
                    self.died([int(path.name.split(".")[1])], at=time.monotonic() - ago)

    def _look(self) -> None:
        with self._mutex:
            deaths = list(self._open)
        if not deaths:
            return
        with psycopg.connect(**self.house.server.params, connect_timeout=1) as connection:
            for death in deaths:
                if self._is_over(death, connection):
                    self._open.remove(death)

    def _is_over(self, death: Death, connection: psycopg.Connection[tuple[int, ...]]) -> bool:
        if death.held is None:
            rows = connection.execute(HELD, (death.pids,)).fetchall()
            death.held = [row[0] for row in rows], [row[1] for row in rows]
        if not death.held[0]:
            return True
        row = connection.execute(WAITING, death.held).fetchone()
        took = time.monotonic() - death.at - (self._down - death.down_before)
        if row and row[0]:
            self._paint(death, took, connection)
            return False
        self.seconds.append(took)
        if took > SLOW:
            self.slow.append((took, death.scenes))
        return True

    def _paint(self, death: Death, took: float, connection: psycopg.Connection[tuple[int, ...]]) -> None:
        """Keep what there was to see, twice a second."""
        if time.monotonic() - death.looked_at >= 0.5:
            death.looked_at = time.monotonic()
            death.scenes.append(f"{took:.1f}: {connection.execute(SCENE, death.held).fetchone()}")
