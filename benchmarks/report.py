"""The table: every system a column, and how many times faster ours is."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import fill
from typing import Any

from benchmarks.figures import OURS, WORDS, Figures

#: Smaller is better; of the others more is.
SMALLER = {"trigger_to_completed_ms_p50", "trigger_to_completed_ms_p99", "fanout_ratio"}
COMPARED = ("linear_effectful_steps_per_s", "linear_pure_steps_per_s", *sorted(SMALLER), "one_step_jobs_per_s")
WIDTH = 118
Systems = Mapping[str, Mapping[str, Any]]


def figures_of(systems: Systems) -> dict[str, dict[str, float | None]]:
    """What goes into the JSON file: the same keys for each system."""
    return {
        name: {key: found["figures"].get(key) for key in Figures.__annotations__} for name, found in systems.items()
    }


def report(systems: Systems, left_out: Sequence[str]) -> str:
    parts = [machine(), _table(systems)]
    if ratios := _ratios(systems):
        parts.append(f"How many times better ours is:\n\n{ratios}")
    return "\n\n".join([*parts, *(fill(line, WIDTH) for line in left_out)])


def machine() -> str:
    today = datetime.now(UTC).date().isoformat()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    place = f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GB, Python {platform.python_version()}"
    return fill(f"{today}, {place}, embedded Postgres with `fsync` on, {', '.join(_versions())}.", WIDTH)


def _table(systems: Systems) -> str:
    values = {name: {**found["figures"], **found.get("extras", {})} for name, found in systems.items()}
    rows = [(words, [values[name].get(key) for name in systems]) for key, words in WORDS.items()]
    return _markdown(["what", *systems], [[words, *map(_told, row)] for words, row in rows if any(row)])


def _ratios(systems: Systems) -> str:
    values = {name: {**found["figures"], **found.get("extras", {})} for name, found in systems.items()}
    rivals = [name for name in systems if name != OURS]
    rows = [[WORDS[key], *(_ratio(key, values[OURS], values[name]) for name in rivals)] for key in COMPARED]
    return _markdown(["what", *rivals], rows) if rivals and OURS in systems else ""


def _ratio(key: str, ours: Mapping[str, float | None], theirs: Mapping[str, float | None]) -> str:
    mine, other = ours.get(key), theirs.get(key)
    if not mine or not other:
        return ""
    return f"{other / mine if key in SMALLER else mine / other:,.1f}"


def _told(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _processor() -> str:
    place = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", place.read_text(encoding="utf-8")) if place.exists() else None
    return found[1].strip() if found else platform.machine()


def _versions() -> list[str]:
    """Of the peers, as pinned."""
    text = Path("requirements/bench.txt").read_text(encoding="utf-8")
    found = re.findall(r"^(dbos|procrastinate|django-q2|celery)==(\S+)", text, re.MULTILINE)
    return [f"{name} {version}" for name, version in found]
