"""Runs the peers, each in a process of its own, on the Postgres that the measured program just used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from tests.house import House

PROGRAMS = {
    "dbos": "benchmarks.peers.dbos_peer",
    "procrastinate": "benchmarks.peers.procrastinate_peer",
    "django-q2": "benchmarks.peers.q2_peer",
    "celery": "benchmarks.peers.celery_peer",
}
TIMEOUT = 400


@dataclass(slots=True)
class Rivals:
    """What was measured, and in a sentence each why something was not."""

    found: dict[str, dict[str, Any]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def measure_rivals(house: House, only: list[str]) -> Rivals:
    rivals = Rivals()
    python = Path(settings.BASE_DIR) / ".venv-bench" / "bin" / "python"
    if not python.exists():
        rivals.left_out.append("No peer was measured: `.ci/setup bench` has not made their environment.")
        return rivals
    for name, program in PROGRAMS.items():
        if only and name not in only:
            continue
        if name == "celery" and not shutil.which("redis-server"):
            rivals.left_out.append("Celery was left out: there is no redis-server on this machine.")
            continue
        _measure(house, rivals, name, [str(python), "-m", program])
    return rivals


def _measure(house: House, rivals: Rivals, name: str, command: list[str]) -> None:
    dsn = _database(house, f"bench_{name.replace('-', '_')}")
    env = {"PATH": os.environ["PATH"], "HOME": str(house.home), "BENCH_DSN": json.dumps(dsn)}
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, timeout=TIMEOUT)
    if done.returncode:
        rivals.left_out.append(f"{name} was left out, it failed: {done.stderr.strip().splitlines()[-1]}")
        return
    rivals.found[name] = json.loads(done.stdout.splitlines()[-1])


def _database(house: House, name: str) -> dict[str, Any]:
    with psycopg.connect(**house.server.params, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return {**house.server.params, "dbname": name}
