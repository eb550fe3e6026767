"""How a state is shown: always an icon and a word, never colour alone. One vocabulary for pages and drawings."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from templates_app.graph import STATUSES
from templates_app.graph.looks import Status

_BARS = "M-2.6 -4.4V4.4M2.6 -4.4V4.4"

#: What only jobs and the pages know beside the words of the drawing.
_MORE = {
    "queued": Status("Queued", STATUSES["waiting"].icon),
    "pending": Status("Pending", STATUSES["waiting"].icon),
    "paused": Status("Paused", _BARS),
    "held": Status("Held", _BARS),
    "at_breakpoint": Status("At breakpoint", "M-3.4 -3.4H3.4V3.4H-3.4Z"),
    "parked": Status("Waits outside", STATUSES["waiting"].icon),
    "blocked": Status("Waits for room", STATUSES["waiting"].icon),
}

SHOWN: Final = MappingProxyType({**STATUSES, **_MORE})

#: The statuses of steps in the order in which they decide how a node looks that ran several times.
URGENCY: Final = (
    "failed",
    "running",
    "at_breakpoint",
    "parked",
    "blocked",
    "retrying",
    "ready",
    "waiting",
    "held",
    "cancelled",
    "error_continued",
    "skipped",
    "completed",
)


def word(status: str) -> str:
    return SHOWN[status].word if status in SHOWN else status
