"""python -m benchmarks.templates: what a change of one prototype costs that a thousand variants and many flows follow.

Two worlds, each with one prototype that is changed: 1 000 variants of the routine itself, used by 200 flows of five
nodes; and 200 flows of five nodes that use it, with 1 000 variants of these flows. In a database of its own.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

FLOWS, VARIANTS, NODES, TIMES = 200, 1_000, 5, 5

WORDS = {
    "preview": "preview of a change, everything compared, seconds",
    "save": "save of a change, seconds",
    "preview_queries": "queries of the preview",
    "save_queries": "queries of the save",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")
    os.environ.setdefault("ROUTILUX_APPS", "benchmarks")
    import django

    django.setup()
    with database():
        figures = measure_templates()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, embedded Postgres, median of {TIMES}\n")
    print("| what | " + " | ".join(figures) + " |\n|---|" + "---|" * len(figures))
    for key, words in WORDS.items():
        print(f"| {words} | " + " | ".join(f"{found[key]:,.2f}" for found in figures.values()) + " |")


def measure_templates() -> dict[str, dict[str, float]]:
    from benchmarks.worlds import flow_variants, routine_variants

    figures = {}
    for title, build in (("variants of the routine", routine_variants), ("variants of the flows", flow_variants)):
        name = build(flows=FLOWS, variants=VARIANTS, nodes=NODES)
        figures[title] = _measure(name)
    return figures


def _measure(name: str) -> dict[str, float]:
    from django.contrib.auth import get_user_model

    from templates_app import services
    from templates_app.impact import preview
    from templates_app.models import RoutinePrototype

    author, _ = get_user_model().objects.get_or_create(username="alice")

    def save(delay: int) -> None:
        routine = RoutinePrototype.objects.get(name=name)
        own = {"config": {"seconds": 2.0 + delay}}
        services.update_routine(routine, own=own, version=routine.version, actor=author)

    previews = [_timed(lambda delay=n: preview(lambda: save(delay)).to_json()) for n in range(TIMES)]  # type: ignore[misc]
    saves = [_timed(lambda delay=n: save(delay)) for n in range(TIMES)]  # type: ignore[misc]
    return {
        "preview": median(seconds for seconds, _ in previews),
        "save": median(seconds for seconds, _ in saves),
        "preview_queries": max(queries for _, queries in previews),
        "save_queries": max(queries for _, queries in saves),
    }


def _timed(work: Callable[[], object]) -> tuple[float, int]:
    from django.db import connection

    seen: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        start = time.perf_counter()
        work()
        return time.perf_counter() - start, len(seen)


@contextmanager
def database() -> Iterator[None]:
    from django.conf import settings
    from django.test.utils import setup_databases, teardown_databases

    from routilux_site import postgres

    postgres.ensure()
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_routilux_{os.getpid()}"
    made = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)


if __name__ == "__main__":
    main()
