"""Steps as bars on a line of time, packed into few rows a node. Pure: no Django, no clock of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

WIDTH = 1000  #: units of a drawing from its first moment to its last
LEAST = 4.0  #: a bar that lasted next to nothing is still to be seen
MOST_ROWS = 12  #: rows of one node; what overlaps beyond them is drawn over the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One step. `failures` are the moments at which attempts ended that were not the last one."""

    id: int
    node: str
    status: str
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    attempts: int = 0
    deaths: int = 0
    due: datetime | None = None
    failures: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    width: float
    kind: str  #: a status of steps, "wait", or "tried": from the first attempt to the last
    step: int
    title: str


@dataclass(slots=True)
class Lane:
    """All steps of one node; each row holds bars that do not overlap."""

    node: str
    rows: list[list[Bar]] = field(default_factory=list)
    told: list[tuple[int, str]] = field(default_factory=list)  #: each step and its story
    ends: list[datetime] = field(default_factory=list)

    @property
    def height(self) -> int:
        return 16 * len(self.rows)


@dataclass(frozen=True, slots=True)
class Timeline:
    lanes: list[Lane]
    ticks: list[float]  #: seconds after the beginning


def timeline(spans: Iterable[Span], *, begin: datetime, now: datetime) -> Timeline:
    """Nodes in the order in which they first got a step."""
    known = sorted(spans, key=lambda span: (span.created, span.id))
    begin = min([begin, *(span.created for span in known)])
    last = max([begin, *(_end(span, now) for span in known)])
    seconds = max((last - begin).total_seconds(), 0.001)
    lanes: dict[str, Lane] = {}
    for span in known:
        lane = lanes.setdefault(span.node, Lane(span.node))
        _put(lane, span, _bars(span, begin, now, WIDTH / seconds), _end(span, now))
    return Timeline(list(lanes.values()), [seconds * part / 4 for part in range(5)])


def _put(lane: Lane, span: Span, bars: list[Bar], end: datetime) -> None:
    """Into the first row that is free by then."""
    free = (row for row, until in enumerate(lane.ends) if until <= span.created)
    row = next(free, len(lane.rows))
    if row == len(lane.rows) and row < MOST_ROWS:
        lane.rows.append([])
        lane.ends.append(end)
    row = min(row, len(lane.rows) - 1)
    lane.rows[row] += bars
    lane.ends[row] = max(lane.ends[row], end)
    lane.told.append((span.id, story(span, now=end)))


def _end(span: Span, now: datetime) -> datetime:
    return span.finished or max(now, span.started or span.created)


def _bars(span: Span, begin: datetime, now: datetime, scale: float) -> list[Bar]:
    told = story(span, now=now)
    *earlier, last = _parts(span, now)
    return [
        Bar(
            round((start - begin).total_seconds() * scale, 1),
            round(max((end - start).total_seconds() * scale, LEAST), 1),
            kind,
            span.id,
            told,
        )
        for kind, start, end in [*(part for part in earlier if part[2] > part[1]), last]
    ]


def _parts(span: Span, now: datetime) -> list[tuple[str, datetime, datetime]]:
    end = _end(span, now)
    if span.started is None:
        return [("wait", span.created, end)]
    tried = span.failures[-1] if span.failures else span.created
    tried = max(tried, span.created)
    if span.status == "retrying":
        return [("tried", span.created, tried), ("wait", tried, max(tried, end))]
    tried = min(tried, span.started)
    earlier = [("tried", span.created, tried), ("wait", tried, span.started)]
    return [*earlier, ("wait" if span.status in _WAITING else span.status, span.started, end)]


def story(span: Span, *, now: datetime) -> str:
    """What happened to a step, in a sentence that names it."""
    return f"{span.node}, step {span.id}: {told(span, now=now)}"


def told(span: Span, *, now: datetime) -> str:
    parts = [_tried(span), *_died(span), _ran(span, now)]
    return f"{', '.join(part for part in parts if part)}."


def _tried(span: Span) -> str:
    waited = ((span.started or span.finished or span.created) - span.created).total_seconds()
    if span.status == "retrying":
        count = max(len(span.failures), 1)
        return f"{count} attempt{'' if count == 1 else 's'} failed"
    if span.failures:
        count = len(span.failures)
        return f"{count} attempt{'' if count == 1 else 's'} failed in the first {seconds(waited)}"
    return f"waited {seconds(waited)}" if span.started else ""


def _died(span: Span) -> Sequence[str]:
    return [f"{span.deaths} worker{'' if span.deaths == 1 else 's'} died running it"] if span.deaths else []


def _ran(span: Span, now: datetime) -> str:
    if span.status == "retrying":
        return f"will be tried again at {span.due:%H:%M:%S} UTC" if span.due else "will be tried again"
    if span.started is None or span.status in _WAITING:
        since = span.started or span.created
        what = _WAITING.get(span.status, "was cancelled before it began, having waited")
        return f"{what} for {seconds((_end(span, now) - since).total_seconds())}"
    lasted = seconds((_end(span, now) - span.started).total_seconds())
    return (
        f"has run for {lasted}" if span.finished is None else f"{_ENDED.get(span.status, span.status)} after {lasted}"
    )


_WAITING = {
    "ready": "has waited for a free lane",
    "waiting": "is held back by max_workers",
    "held": "is held while the job is paused",
    "at_breakpoint": "is held by a breakpoint",
    "parked": "waits for an answer from outside",
    "blocked": "waits for room in a full slot",
}
_ENDED = {
    "completed": "completed",
    "failed": "failed",
    "error_continued": "failed, and the job went on,",
    "skipped": "failed and was skipped",
    "cancelled": "was cut off",
}


def seconds(lasted: float) -> str:
    lasted = max(lasted, 0.0)
    if lasted < 1:
        return f"{round(lasted * 1000)} ms"
    if lasted < 60:
        return f"{lasted:.1f} s"
    return f"{int(lasted // 60)} min {int(lasted % 60)} s" if lasted < 3600 else f"{lasted / 3600:.1f} h"
