"""How a node looks in a job or beside its other self: an icon and a word, never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

IDLE = "idle"

#: How a connection may look: drawn thick, or dashed, and told in its tooltip.
WIRE_LOOKS = ("added", "removed")


@dataclass(frozen=True, slots=True)
class NodeLook:
    """The live state of a node. `status` is one of STATUSES, `label` the word shown for it ("" takes the usual one)."""

    status: str = IDLE
    label: str = ""
    href: str | None = None
    badge: str = ""

    @property
    def known_status(self) -> str:
        return self.status if self.status in STATUSES else IDLE

    @property
    def word(self) -> str:
        return self.label or STATUSES[self.known_status].word


@dataclass(frozen=True, slots=True)
class Status:
    """The word for a status, and its icon as an SVG path around 0, 0 in a square of 12."""

    word: str
    icon: str


_RING = "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1 -5 0Z"

STATUSES = MappingProxyType(
    {
        IDLE: Status("Not started", _RING),
        "ready": Status("Ready", f"{_RING}M-1 0A1 1 0 1 1 1 0A1 1 0 1 1 -1 0Z"),
        "waiting": Status("Waiting", f"{_RING}M0 -2.8V0.2L2 1.6"),
        "running": Status("Running", "M-3.2 -4.6L4.6 0L-3.2 4.6Z"),
        "retrying": Status("Retrying", "M4.7 -1.7A5 5 0 1 0 4.8 1.4M5.2 -5V-1.5H1.7"),
        "completed": Status("Completed", "M-4.8 0.6L-1.6 3.8L4.8 -3.6"),
        "error_continued": Status("Error, continued", "M0 -4.8L5.4 4.6H-5.4ZM0 -1.4V1.4M0 2.9V3"),
        "failed": Status("Failed", "M-4 -4L4 4M4 -4L-4 4"),
        "skipped": Status("Skipped", "M-4.6 -4L-0.6 0L-4.6 4M0.8 -4L4.8 0L0.8 4"),
        "cancelled": Status("Cancelled", f"{_RING}M-3.4 3.4L3.4 -3.4"),
        "invalid": Status("Invalid", "M0 -5.6L5.6 0L0 5.6L-5.6 0ZM0 -2.4V0.6M0 2.4V2.5"),
        # what became of a node between two flows that are compared
        "added": Status("Added", "M0 -5V5M-5 0H5"),
        "removed": Status("Removed", "M-5 0H5"),
        "changed": Status("Changed", "M-4.8 -2H4.8M-4.8 2H4.8M2.6 -5L-2.6 5"),
    }
)
