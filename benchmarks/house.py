"""The house that benchmarks run in: default settings, a Postgres of its own, the flow that is measured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.house import House

LINEAR = """
from templates_app import services
services.create_flow("linear", document={
    "nodes": {f"s{n}": {"routine": "bench_pass_on"} for n in range(10)},
    "connections": [[f"s{n}.output", f"s{n + 1}.input"] for n in range(9)],
    "settings": {},
})
"""


@contextmanager
def bench_house(folder: Path) -> Iterator[House]:
    folder.chmod(0o755)
    port = os.environ.get("BENCH_PORT", "8765")
    house = House(folder, apps="benchmarks", PORT=port, WEB_HOST="127.0.0.1", DEBUG="False")
    try:
        house.manage("migrate", "-v", "0")
        house.shell(LINEAR)
        yield house
    finally:
        house.server.stop("immediate")
