"""How commands tell of jobs: lines for a terminal, or the JSON that REST answers with, without its links.

What comes from steps may hold anything: nothing but printable characters reaches the terminal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from django.core.management.color import Style
from django.core.serializers.json import DjangoJSONEncoder

from jobs.api.shapes.jobs import JobDetailSerializer, JobSerializer, Report
from jobs.history import selectors
from jobs.history.progress import Progress, progress_by_node, progress_of
from jobs.history.tail import Line
from jobs.history.waiting import Reason
from jobs.models import Job
from jobs.pages.said import ago, duration, short_id
from jobs.states import JobStatus

COLOURS: Final = {
    JobStatus.COMPLETED: "SUCCESS",
    JobStatus.FAILED: "ERROR",
    JobStatus.CANCELLED: "WARNING",
    JobStatus.RUNNING: "HTTP_INFO",
}
LONGEST: Final = 400


def json_text(value: Any, *, indent: int | None = 2) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent, cls=DjangoJSONEncoder)


def job_json(job: Job) -> dict[str, Any]:
    return dict(JobSerializer(job).data)


def detail_json(job: Job) -> dict[str, Any]:
    whole = selectors.in_full(Job.objects.all()).get(pk=job.pk)
    return dict(JobDetailSerializer(whole, context={"report": Report.of(whole, progress_of(whole))}).data)


def reasons_json(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    return [asdict(reason) for reason in reasons]


def clean(text: str, width: int = LONGEST) -> str:
    shown = "".join(c if c.isprintable() else " " if c in "\n\t" else "\ufffd" for c in text[: width + 1])
    return shown if len(shown) <= width else f"{shown[: width - 1]}…"


def painted(style: Style, status: str, text: str) -> str:
    role = COLOURS.get(JobStatus(status), "")
    return str(getattr(style, role)(text)) if role else text


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each column as wide as its widest cell; the last one as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def list_lines(jobs: Sequence[Job], style: Style) -> Iterator[str]:
    head = ("ID", "STATUS", "FLOW", "CREATED", "TOOK", "ERROR")
    lines = columns([head, *map(_cells, jobs)])
    yield next(lines)
    for job, line in zip(jobs, lines, strict=True):
        yield line.replace(job.status, painted(style, job.status, job.status), 1)


def _cells(job: Job) -> tuple[str, ...]:
    error = clean(job.error_summary, 60) if job.status == JobStatus.FAILED else ""
    return (short_id(job.pk), job.status, clean(job.flow.name, 40), ago(job.created_at), took(job), error)


def took(job: Job) -> str:
    if job.started_at is None or job.finished_at is None:
        return ""
    return duration((job.finished_at - job.started_at).total_seconds())


def counted(part: Progress) -> str:
    told = f"{part['done']} of {part['total']} done"
    rest = [f"{part[name]} {name}" for name in ("running", "waiting", "failed", "cancelled") if part[name]]
    return ", ".join([told, *rest])


def node_lines(nodes: dict[str, Progress], said: dict[str, dict[str, Any]]) -> list[str]:
    rows = [[f"  {node}", f"{counted(part)}{_said(said.get(node))}"] for node, part in sorted(nodes.items())]
    return [clean(line) for line in columns(rows)]


def _said(progress: dict[str, Any] | None) -> str:
    if not progress:
        return ""
    n, total, text = (progress.get(key) for key in ("n", "total", "text"))
    of = f"{n} of {total}" if total else f"{n}"
    return f": {of}{f', {text}' if text else ''}"


def reason_lines(reasons: Iterable[Reason]) -> list[str]:
    return [clean(f"  waits: {reason.sentence}") for reason in reasons]


def log_lines(lines: Iterable[Line]) -> list[str]:
    return [clean(f"  {line.at:%H:%M:%S} {line.node}: {line.text}") for line in lines]


def end_lines(job: Job, style: Style) -> Iterator[str]:
    """How it ended, for who waited for it."""
    if job.is_terminal:
        after = f" after {took(job)}" if took(job) else ""
        yield f"{job.pk} {painted(style, job.status, job.status)}{after}"
    if job.status == JobStatus.FAILED:
        yield clean(f"  {job.error_summary}")


def show_lines(job: Job, told: dict[str, Any], reasons: Iterable[Reason], style: Style) -> Iterator[str]:
    by = job.actor.get_username() if job.actor else "the system"
    yield f"{job.pk} {painted(style, job.status, job.status)}"
    yield clean(f"  flow {job.flow.name}, revision {job.revision.number}, priority {job.priority}")
    yield clean(f"  created {job.created_at:%Y-%m-%d %H:%M:%S} UTC by {by}{f', took {took(job)}' if took(job) else ''}")
    yield f"  steps: {counted(told['progress'])}"
    yield from node_lines(progress_by_node(job), {})
    yield from reason_lines(reasons)
    yield from _ending_of(told)


def _ending_of(told: dict[str, Any]) -> Iterator[str]:
    if told["error"]:
        yield clean(f"  error: {told['error']['summary']}")
        yield from (f"    {clean(line)}" for line in told["error"]["traceback"].splitlines())
    for event, payloads in told["result"].items():
        yield from (clean(f"  {event}: {json_text(payload, indent=None)}") for payload in payloads)
    if told["result_truncated"]:
        yield "  The result is longer than what is shown."
    if told["undelivered"]:
        yield f"  {told['undelivered']} items that no step took"
    if told["dropped"]:
        yield f"  {told['dropped']} items that were dropped"
