"""make bench: the real stack on a Postgres of its own, and a table of what it did. JSON=file writes the same."""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path

from benchmarks.latency import measure_latency
from benchmarks.throughput import measure_throughput

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")

WORDS = {
    "linear_effectful_steps_per_s": "durable steps/s, 1 000 jobs of a 10-step linear flow",
    "trigger_to_completed_ms_p50": "REST trigger to completed, 10 steps, idle cluster, median ms",
    "trigger_to_completed_ms_p99": "the same, 99th percentile ms",
}


def main() -> None:
    import django

    django.setup()
    from benchmarks.house import bench_house

    with bench_house() as house:
        figures = {**measure_throughput(house), **measure_latency(house)}
    show(figures)
    if path := os.environ.get("JSON"):
        Path(path).write_text(json.dumps({"ours": figures}, indent=2) + "\n", encoding="utf-8")


def show(figures: dict[str, float]) -> None:
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, embedded Postgres, real django-q2 cluster\n")
    print("| what | figure |\n|---|---|")
    for key, value in figures.items():
        print(f"| {WORDS[key]} | {value:,.1f} |")
    sys.stdout.flush()


main()
