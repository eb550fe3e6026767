"""Reading rows in the order of their ids while others still write them. Pure: no database, no clock of its own.

Ids are drawn before they are committed, so a lower one may appear after a higher one. What is missing below the highest
id seen is a gap. It is looked at again until every transaction that may fill it is over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

#: Rolled back transactions leave gaps for good; more of them than this at a time are not to be expected.
MOST = 10_000
#: An id is drawn an instant before its transaction is numbered.
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Gap:
    id: int
    until: int  #: the number of the first transaction that began after the gap was seen
    seen: float


@dataclass(frozen=True, slots=True)
class Moment:
    """`oldest`: all transactions with lower numbers are over. `newest`: the number that the next one gets."""

    oldest: int
    newest: int
    now: float


def advance(
    cursor: int, gaps: Iterable[Gap], seen: Collection[int], *, moment: Moment, known: int | None = None
) -> tuple[int, list[Gap]]:
    """The new cursor and its gaps, after the rows `seen` were read: all above the cursor up to some id, and of the gaps
    those that were there. `moment` was taken after the reading; `known` was, for what the gaps are judged by, before.
    """
    found = frozenset(seen)
    highest = max(found, default=cursor)
    oldest = moment.oldest if known is None else known
    kept = [gap for gap in gaps if gap.id not in found and not _is_over(gap, oldest, moment.now)]
    missing = range(cursor + 1, max(highest, cursor) + 1)[-MOST:]
    new = [Gap(number, moment.newest, moment.now) for number in missing if number not in found]
    return max(highest, cursor), [*kept, *new][-MOST:]


def _is_over(gap: Gap, oldest: int, now: float) -> bool:
    return oldest >= gap.until and now - gap.seen >= PATIENCE
