"""The newest of what a job says while it runs. Looks at a few steps only, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import F, Func, JSONField, Value

from jobs.models import Activation, Job, StepLog
from jobs.states import StepStatus

#: Running steps, and the newest of all, whose logs are looked at; and the newest lines of each.
STEPS, LINES = 20, 10
_PATH = "%(function)s(%(expressions)s::jsonpath)"


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    node: str
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Tail:
    """`said` is the newest `run.progress` (n, total and text) by node, of steps that run now."""

    lines: list[Line]
    said: dict[str, dict[str, Any]]


def tail(job: Job) -> Tail:
    """Two queries. Lines come oldest first."""
    rows = Activation.objects.filter(job=job).order_by("-id")
    running = rows.filter(status=StepStatus.RUNNING).values_list("id", "node", "status")[:STEPS]
    steps = {row[0]: row for row in running.union(rows.values_list("id", "node", "status")[:STEPS])}
    last = Value(f"$[last - {LINES - 1} to last]")
    newest = Func(F("lines"), last, function="jsonb_path_query_array", template=_PATH, output_field=JSONField())
    logs = StepLog.objects.filter(activation_id__in=list(steps)).annotate(newest=newest)
    found = Tail([], {})
    for step, lines, progress in logs.order_by("id").values_list("activation_id", "newest", "progress"):
        _, node, status = steps[step]
        found.lines.extend(_line(node, line) for line in lines)
        if status == StepStatus.RUNNING and isinstance(progress, dict):
            found.said[node] = progress
    found.lines.sort(key=lambda line: line.at)
    return found


def _line(node: str, line: dict[str, Any]) -> Line:
    at = datetime.fromtimestamp(line.get("at", 0), UTC)
    return Line(at, node, str(line.get("level", "")), str(line.get("text", "")))
