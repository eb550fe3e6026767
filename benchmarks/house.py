"""The house that benchmarks run in: a Postgres of its own, the flows that are measured, two sessions of ten lanes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.figures import FAN, LANES, PROCESSES, STEPS
from tests.house import House, a_house, free_port

FLOWS = {
    "linear": {
        "nodes": {f"s{n}": {"routine": "bench_pass_on"} for n in range(STEPS)},
        "connections": [[f"s{n}.output", f"s{n + 1}.input"] for n in range(STEPS - 1)],
    },
    "pure": {
        "nodes": {f"s{n}": {"routine": "bench_pure"} for n in range(STEPS)},
        "connections": [[f"s{n}.output", f"s{n + 1}.input"] for n in range(STEPS - 1)],
    },
    "one": {"nodes": {"s0": {"routine": "bench_pass_on"}}, "connections": []},
    "fan": {
        "nodes": {
            "out": {"routine": "bench_fan_out"},
            "nap": {"routine": "bench_nap"},
            "join": {"routine": "bench_gather", "policy": {"type": "batch_size", "min_batch_size": FAN}},
        },
        "connections": [["out.output", "nap.input"], ["nap.output", "join.input"]],
    },
    "waits": {
        "nodes": {"out": {"routine": "bench_many_waits"}, "wait": {"routine": "bench_wait"}},
        "connections": [["out.output", "wait.input"]],
    },
}
CREATE = """
import json
from templates_app import services
for name, document in json.loads({flows!r}).items():
    services.create_flow(name, document={{**document, "settings": {{}}}})
"""


@contextmanager
def bench_house() -> Iterator[House]:
    """One worker more than sessions: it always stays free for other tasks."""
    size = {"ROUTILUX_WORKERS": str(PROCESSES + 1), "ROUTILUX_THREADS": str(LANES)}
    with a_house(apps="benchmarks", PORT=free_port(), WEB_HOST="127.0.0.1", **size) as house:
        house.manage("migrate", "-v", "0")
        house.shell(CREATE.format(flows=json.dumps(FLOWS)))
        yield house
