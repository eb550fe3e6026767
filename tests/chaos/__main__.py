"""make chaos MINUTES=n [SEED=s] [JSON=file] [DOC=1]: a storm, and the table of what it left."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

from benchmarks.document import publish, said

PAGE = "reference/chaos.md"
WORDS = {
    "kills": "processes killed with SIGKILL: at random, and at named places in the code",
    "database_crashes": "crashes of Postgres (immediate shutdown), with outages of up to a minute",
    "lost": "jobs lost: accepted, and not there, or without the results that they had to have",
    "stuck": "jobs stuck: not ended after the storm, and not moving",
    "double_commits": "steps committed twice, or items delivered twice",
    "stale_writes": "writes accepted from an owner that had been replaced",
    "recovery_s_p50": "seconds from a kill until all steps of the dead process were taken by others, median",
    "recovery_s_max": "the same, worst case",
    "other_violations": "violations of any other invariant",
    "orphans": "processes left without a supervisor",
    "freezes": "processes frozen for longer than their lease, and thawed",
    "network_faults": "connections cut around a commit, reset or stalled",
    "poison": "jobs with a poison step (segfault, endless loop, out of memory, ...), all given up after their bound",
    "template_edits": "edits of a template while its jobs ran",
    "jobs": "jobs triggered",
    "steps": "steps completed",
    "minutes": "minutes",
    "seed": "seed of the schedule",
}


def main(words: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")
    told = said(words)
    minutes = float(told.get("MINUTES") or 1)
    seed = int(told.get("SEED") or random.randrange(1_000_000))
    sys.stdout.write(f"seed {seed}\n")
    found = storm(minutes, seed)
    publish(table(found), PAGE, "chaos", said=told)
    if path := told.get("JSON"):
        Path(path).write_text(json.dumps({"ours": found}, indent=2) + "\n", encoding="utf-8")
    sys.exit(any(found[key] for key in ("lost", "stuck", "double_commits", "stale_writes", "other_violations")))


def storm(minutes: float, seed: int) -> dict[str, float]:
    import django

    django.setup()
    from tests.chaos.arena import an_arena
    from tests.chaos.storm import figures, look_around, rage, slowest

    with an_arena(seed=seed) as arena:
        arena.longest_outage = min(60.0, 6 * minutes)
        arena.begin()
        began = time.monotonic()
        rage(arena, goes_on=lambda _: time.monotonic() - began < 60 * minutes, pause=0.7)
        after = look_around(arena)
        sys.stdout.write(f"{dict(arena.done)}\n{after}\n{slowest(arena)}\n")
        return figures(arena, after, minutes=(time.monotonic() - began) / 60)


def table(found: dict[str, float]) -> str:
    rows = "\n".join(f"| {WORDS[key]} | {value:,} |" for key, value in found.items() if key != "seed")
    return f"| what | figure |\n| --- | --- |\n{rows}\n| {WORDS['seed']} | {found['seed']} |"


if __name__ == "__main__":
    main(sys.argv[1:])
