"""make bench: the real stack and its peers on one Postgres, in one run, and a table of what they did.

JSON=file writes the same as JSON, DOC=1 writes the table into docs/reference/speed.md. ROWS=n says how many finished
jobs growth is measured with (0: not at all), PEERS=dbos,celery measures only these (PEERS=none: none). QUICK=1 measures
this program alone, in a minute or two.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.document import publish, said

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")
os.environ.setdefault("ROUTILUX_APPS", "benchmarks")
PAGE = "reference/speed.md"


def main(words: list[str]) -> None:
    told = said(words)
    import django

    django.setup()
    from benchmarks.report import figures_of, report

    systems, left_out = _measured(told)
    text = report(systems, left_out)
    publish(text, PAGE, "bench", said=told)
    if path := told.get("JSON"):
        Path(path).write_text(json.dumps(figures_of(systems), indent=2) + "\n", encoding="utf-8")


def _measured(told: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    from benchmarks.house import bench_house
    from benchmarks.ours import Scale, measure_ours
    from benchmarks.rivals import Rivals, measure_rivals

    rows, peers, quick = int(told.get("ROWS") or 1_000_000), told.get("PEERS", ""), bool(told.get("QUICK"))
    scale = Scale(jobs=2000, requests=20, fans=3, more=False) if quick else Scale(rows=rows)
    with bench_house() as house:
        rivals = Rivals() if quick or peers == "none" else measure_rivals(house, peers.split(",") if peers else [])
        ceiling = None if quick else _ceiling(house)
        ours = measure_ours(house, scale)
    return {"ours": ours, **rivals.found, **(ceiling or {})}, rivals.left_out


def _ceiling(house: Any) -> dict[str, Any] | None:
    from benchmarks.ceiling import measure_ceiling

    found = measure_ceiling(house)
    return {"pgbench": {"figures": found}} if found else None


main(sys.argv[1:])
