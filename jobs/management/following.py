"""Stays with a job until it has ended. A terminal is drawn anew; a file gets only the lines that are new."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from time import monotonic, sleep
from typing import Any, Protocol

from django.core.management.color import Style

from jobs.history import waiting
from jobs.history.progress import Progress, added_up, progress_by_node
from jobs.history.tail import Tail, tail
from jobs.history.waiting import Reason
from jobs.management import rendering
from jobs.models import Job

CHANGING = ("status", "admitted", "keep_open", "started_at", "finished_at", "error_node", "error_summary")
FIRST_PAUSE, LAST_PAUSE = 0.1, 1.0  #: seconds between two looks, growing while nothing changes
LOG_LINES = 8


class Out(Protocol):
    def write(self, text: str, /) -> object: ...
    def flush(self) -> object: ...
    def isatty(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class View:
    job: Job
    nodes: dict[str, Progress]
    reasons: list[Reason]
    tail: Tail

    @property
    def progress(self) -> Progress:
        return added_up(self.nodes.values())

    def to_json(self) -> dict[str, Any]:
        return {
            **rendering.job_json(self.job),
            "progress": self.progress,
            "nodes": self.nodes,
            "waiting": rendering.reasons_json(self.reasons),
            "lines": [asdict(line) for line in self.tail.lines[-LOG_LINES:]],
        }

    def lines(self, style: Style) -> list[str]:
        job = self.job
        head = f"{job.pk} {rendering.painted(style, job.status, job.status)}: {rendering.counted(self.progress)}"
        nodes = rendering.node_lines(self.nodes, self.tail.said)
        logs = rendering.log_lines(self.tail.lines[-LOG_LINES:])
        return [head, *nodes, *rendering.reason_lines(self.reasons), *logs]


def look(job: Job) -> View:
    job.refresh_from_db(fields=CHANGING)
    return View(job, progress_by_node(job), waiting.why(job), tail(job))


def follow(job: Job, show: Callable[[View], None], *, timeout: float | None = None) -> bool:
    """Show the job whenever it has changed, until it has ended: True; False when `timeout` seconds were over first."""
    deadline = None if timeout is None else monotonic() + timeout
    pause, before = FIRST_PAUSE, None
    while True:
        view = look(job)
        now = view.to_json()
        if now != before:
            before, pause = now, FIRST_PAUSE
            show(view)
        if job.is_terminal:
            return True
        if deadline is not None and monotonic() >= deadline:
            return False
        sleep(pause)
        pause = min(pause * 2, LAST_PAUSE)


class Screen:
    """Lines that take the place of the ones before, where there is a terminal."""

    def __init__(self, out: Out) -> None:
        self._out = out
        self._is_live = out.isatty()
        self._drawn: list[str] = []

    def show(self, lines: list[str]) -> None:
        if self._is_live:
            self._redraw(lines)
            return
        for line in lines:
            if line not in self._drawn:
                self._out.write(line)
        self._drawn = lines
        self._out.flush()

    def _redraw(self, lines: list[str]) -> None:
        """A line that wraps or a block that scrolls could not be taken back: both are cut."""
        size = shutil.get_terminal_size()
        block = [lines[0], *(rendering.clean(line, max(size.columns - 1, 20)) for line in lines[1:])]
        block = block[: max(size.lines - 2, 4)]
        back = f"\x1b[{len(self._drawn)}F\x1b[J" if self._drawn else ""
        self._out.write(back + "\n".join(block))
        self._drawn = block
        self._out.flush()
