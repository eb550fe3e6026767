"""Times, durations and states in the words of the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs.pages.looks import SHOWN, word

MINUTE, HOUR, DAY = 60, 3600, 86400
NOTHING = "–"
SHORT = 18  #: characters of a job id that hold its time and some chance: still the beginning, so it can be searched for


def status(value: str, label: str = "") -> SafeString:
    return _labelled(value, label) if label else _status(value)


@lru_cache(maxsize=64)
def _status(value: str) -> SafeString:
    return _labelled(value, word(value))


def _labelled(value: str, label: str) -> SafeString:
    known = value if value in SHOWN else "idle"
    icon = '<svg class="icon" aria-hidden="true"><use href="#i-{}"></use></svg>'
    return format_html('<span class="status {}">' + icon + "{}</span>", known, known, label)


def when(at: datetime | None) -> SafeString | str:
    """How long ago, with the exact time as its title. The script counts it on."""
    if at is None:
        return NOTHING
    at = at.astimezone(UTC)
    tag = '<time data-ago datetime="{}" title="{}">{}</time>'
    return format_html(tag, _iso(at), f"{at:%d %b %Y, %H:%M:%S} UTC", ago(at))


def left(at: datetime) -> SafeString:
    """How long until then. The script counts it down."""
    seconds = (at - timezone.now()).total_seconds()
    text = f"in {duration(seconds, coarse=True)}" if seconds >= 1 else "any moment now"
    return format_html('<time data-left datetime="{}">{}</time>', _iso(at.astimezone(UTC)), text)


def took(start: datetime | None, end: datetime | None) -> SafeString | str:
    """A duration; while there is no end, how long it has lasted. The script counts it on."""
    if start is None:
        return NOTHING
    if end is not None:
        return duration((end - start).total_seconds())
    text = duration((timezone.now() - start).total_seconds(), coarse=True)
    return format_html('<time data-since datetime="{}">{}</time>', _iso(start.astimezone(UTC)), text)


def short_id(value: UUID) -> str:
    return str(value)[:SHORT]


def clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M:%S}.{at.microsecond // 1000:03}"


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %b %Y, %H:%M:%S} UTC"


def ago(at: datetime) -> str:
    seconds = (timezone.now() - at).total_seconds()
    if seconds < 5:
        return "just now"
    if seconds < MINUTE:
        return f"{int(seconds)} s ago"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min ago"
    if seconds < 2 * DAY:
        return f"{int(seconds // HOUR)} h ago"
    return f"{int(seconds // DAY)} days ago" if seconds < 30 * DAY else f"{at:%d %b %Y}"


def duration(seconds: float, *, coarse: bool = False) -> str:
    seconds = max(seconds, 0.0)
    if seconds < 1 and not coarse:
        return f"{round(seconds * 1000)} ms"
    if seconds < MINUTE:
        return f"{int(seconds)} s" if coarse else f"{seconds:.1f} s"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min {int(seconds % MINUTE)} s"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} h {int(seconds % HOUR // MINUTE)} min"
    return f"{int(seconds // DAY)} d {int(seconds % DAY // HOUR)} h"


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
