"""python -m benchmarks.ratchet: lower the file that says what a step may cost the database at most.

A test fails when a step costs more. The command never raises a figure; who has a good reason edits the file by hand and
gives it in the commit.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

FILE = Path(__file__).with_name("ratchet.json")


def allowed() -> dict[str, float]:
    return dict(json.loads(FILE.read_text(encoding="utf-8")))


def lowered(before: dict[str, float], found: dict[str, float]) -> dict[str, float]:
    return {key: min(value, before.get(key, value)) for key, value in found.items()}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")
    os.environ.setdefault("ROUTILUX_APPS", "tests.flows")
    import django

    django.setup()
    from benchmarks.costs import measure_costs
    from benchmarks.templates import database

    with database():
        found = measure_costs()
    after = lowered(allowed() if FILE.exists() else {}, found)
    FILE.write_text(json.dumps(after, indent=2) + "\n", encoding="utf-8")
    for key, value in found.items():
        print(f"{key}: {value:g}, at most {after[key]:g}")


if __name__ == "__main__":
    main()
