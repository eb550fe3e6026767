"""The house that benchmarks run in: default settings, a Postgres of its own, the flow that is measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.house import House, a_house, free_port

LINEAR = """
from templates_app import services
services.create_flow("linear", document={
    "nodes": {f"s{n}": {"routine": "bench_pass_on"} for n in range(10)},
    "connections": [[f"s{n}.output", f"s{n + 1}.input"] for n in range(9)],
    "settings": {},
})
"""


@contextmanager
def bench_house() -> Iterator[House]:
    with a_house(apps="benchmarks", PORT=free_port(), WEB_HOST="127.0.0.1") as house:
        house.manage("migrate", "-v", "0")
        house.shell(LINEAR)
        yield house
