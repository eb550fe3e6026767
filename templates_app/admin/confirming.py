"""What a save reaches is shown before it is done: the verb is run and taken back, and its impact must be confirmed.

The page that shows an impact sends its digest back. Whoever confirms gets what was shown, or is shown anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from routilux_site.lib import strict_json
from templates_app import impact, lineage
from templates_app.diff import summary
from templates_app.impact import Impact, Judged, Moved, Staying
from templates_app.models import Prototype

CONFIRMED, PREVIEW = "_impact", "_preview"
_MOST = 50


class Unconfirmed(Exception):
    def __init__(self, preview: Preview) -> None:
        super().__init__("The impact has not been confirmed.")
        self.preview = preview


@dataclass(frozen=True, slots=True)
class MovedRow:
    """`words` are a summary of what changes in the meaning of the flow."""

    moved: Moved
    words: str
    is_subject: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """An impact for a page: long lists cut, with the number of what is left out. `again`: it is another than before."""

    digest: str
    impact: Impact
    moved: tuple[MovedRow, ...]
    moved_more: int
    staying: tuple[Staying, ...]
    staying_more: int
    broken: tuple[Judged, ...]
    healed: tuple[Judged, ...]
    again: bool

    @property
    def is_empty(self) -> bool:
        return not (self.moved or self.staying or self.broken or self.healed)


def unconfirmed(
    request: HttpRequest, subject: Prototype, verb: Callable[[], object], *, always: bool = False
) -> Preview | None:
    """What has to be shown before `verb` may run; None when it may run now. Call it inside a transaction.

    Saves that nothing else depends on, or that mean the same to everyone, go straight through, unless asked for.
    """
    always = always or PREVIEW in request.POST
    if not (always or has_dependants(subject)):
        return None
    lineage.lock_for_writing()  # until the save is done, so that it does what was shown
    found = shown(impact.preview(verb), subject, before=request.POST.get(CONFIRMED, ""))
    if PREVIEW in request.POST:
        return found
    is_seen = request.POST.get(CONFIRMED) == found.digest
    return None if is_seen or not (always or _reaches_others(found.impact, subject)) else found


def has_dependants(prototype: Prototype) -> bool:
    return lineage.with_dependants([prototype.pk]).keys() != {prototype.pk}


def shown(found: Impact, subject: Prototype, *, before: str = "") -> Preview:
    rows = [MovedRow(moved, _words(moved), moved.flow.pk == subject.pk) for moved in found.moved]
    rows.sort(key=lambda row: (not row.is_subject, row.moved.flow.name))
    digest = strict_json.sha256(_told(found))
    return Preview(
        digest=digest,
        impact=found,
        moved=tuple(rows[:_MOST]),
        moved_more=max(len(rows) - _MOST, 0),
        staying=found.staying[:_MOST],
        staying_more=max(len(found.staying) - _MOST, 0),
        broken=found.broken[:_MOST],
        healed=found.healed[:_MOST],
        again=bool(before) and before != digest,
    )


def _told(found: Impact) -> Any:
    """What a confirmation stands for: not how many jobs are unfinished, which changes while somebody reads."""
    broken = [[one.prototype.name, *(problem.message for problem in one.problems)] for one in found.broken]
    return {
        "moved": sorted([one.flow.name, one.old_hash, one.new_hash] for one in found.moved),
        "staying": sorted([one.prototype.name, one.path] for one in found.staying),
        "broken": sorted(broken),
        "healed": sorted(one.prototype.name for one in found.healed),
    }


def _words(moved: Moved) -> str:
    if not moved.new_hash:
        return "has no meaning any more: it is invalid"
    if not moved.old_hash:
        return "becomes runnable"
    return summary(moved.changes)


def _reaches_others(found: Impact, subject: Prototype) -> bool:
    reached = {one.flow.pk for one in found.moved}
    reached |= {one.prototype.pk for one in found.staying}
    reached |= {one.prototype.pk for one in (*found.broken, *found.healed)}
    return bool(reached - {subject.pk})
