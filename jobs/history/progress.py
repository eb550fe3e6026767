"""How far a job is, by what its steps are at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, TypedDict

from django.db.models import Count

from jobs.models import Activation, Job
from jobs.states import STEP_OPEN, StepStatus


class Progress(TypedDict):
    """Steps of a job. `total` grows while a job runs: nobody knows beforehand how many items a step will emit."""

    total: int
    done: int  #: ended, and the job went on: completed, skipped or error_continued
    running: int
    waiting: int  #: not started yet, or waiting for a retry, a lane or the end of a pause
    failed: int
    cancelled: int


def summary(counts: dict[str, int]) -> Progress:
    """What a count of steps by status means to a reader."""
    done = (StepStatus.COMPLETED, StepStatus.SKIPPED, StepStatus.ERROR_CONTINUED)
    waiting = tuple(STEP_OPEN - {StepStatus.RUNNING})
    return {
        "total": sum(counts.values()),
        "done": sum(counts.get(status, 0) for status in done),
        "running": counts.get(StepStatus.RUNNING, 0),
        "waiting": sum(counts.get(status, 0) for status in waiting),
        "failed": counts.get(StepStatus.FAILED, 0),
        "cancelled": counts.get(StepStatus.CANCELLED, 0),
    }


def progress_by_node(job: Job) -> dict[str, Progress]:
    """The same for each node that has had a step; one query."""
    counts: dict[str, Counter[str]] = {}
    rows = Activation.objects.filter(job=job).order_by().values_list("node", "status").annotate(n=Count("id"))
    for node, status, count in rows:
        counts.setdefault(node, Counter())[status] = count
    return {node: summary(dict(by_status)) for node, by_status in counts.items()}


def added_up(parts: Iterable[Progress]) -> Progress:
    whole = summary({})
    for part in parts:
        whole = {key: whole[key] + part[key] for key in whole}  # type: ignore[assignment,literal-required]
    return whole


def progress_of(job: Job) -> dict[str, Any]:
    """Of the whole job, with the nodes that are at work."""
    by_node = progress_by_node(job)
    running = sorted(node for node, part in by_node.items() if part["running"])
    return {**added_up(by_node.values()), "running_nodes": running}
