"""When a schedule is due: its slots, and which of those that have passed are still run. Pure: no clock, no database.

A slot is a moment in UTC. Cron expressions follow Debian's rules in their time zone: what falls into the gap of spring
runs right after it, and what stands in the double hour of autumn runs once, unless it runs many times an hour anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim

CatchUp = Literal["all", "one", "none"]

#: A slot that is later than this was missed: the Runtime was down, or far behind.
GRACE = timedelta(seconds=60)
#: So many slots are walked one by one; of a longer past only the end is looked at.
WALK = 200


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields, read in a time zone."""

    expression: str
    zone: str

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Slots later than `moment`, earliest first."""
        return (slot.astimezone(UTC) for slot in CronSim(self.expression, moment.astimezone(ZoneInfo(self.zone))))

    def before(self, moment: datetime) -> Iterator[datetime]:
        """Slots not later than `moment`, latest first."""
        local = (moment + timedelta(seconds=1)).replace(microsecond=0).astimezone(ZoneInfo(self.zone))
        return (slot.astimezone(UTC) for slot in CronSim(self.expression, local, reverse=True))


@dataclass(frozen=True, slots=True)
class Every:
    """Each so many seconds since `anchor`; daylight saving changes nothing, and nothing drifts."""

    seconds: int
    anchor: datetime

    def after(self, moment: datetime) -> Iterator[datetime]:
        number = self._passed(moment) + 1
        while True:
            yield self.anchor + timedelta(seconds=self.seconds * number)
            number += 1

    def before(self, moment: datetime) -> Iterator[datetime]:
        number = self._passed(moment)
        while True:
            yield self.anchor + timedelta(seconds=self.seconds * number)
            number -= 1

    def _passed(self, moment: datetime) -> int:
        return (moment - self.anchor) // timedelta(seconds=self.seconds)


Timing = Cron | Every


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with the slots that have passed. `missed` counts those that are given up, at least so many."""

    run: list[datetime]
    missed: int
    next_at: datetime | None


def next_slots(timing: Timing, moment: datetime, count: int) -> list[datetime]:
    return list(islice(timing.after(moment), count))


def plan(timing: Timing, *, next_at: datetime, now: datetime, catch_up: CatchUp, most: int) -> Plan:
    """`next_at` is the earliest slot that was not dealt with yet. At most `most` slots are run, the latest ones."""
    passed = _passed(timing, next_at, now, max(most, WALK))
    if not passed:
        return Plan([], 0, next_at)
    on_time = [slot for slot in passed if now - slot <= GRACE]
    late = passed[: len(passed) - len(on_time)]
    if catch_up == "all":
        chosen = passed[-most:]
    elif catch_up == "one" and not on_time:
        chosen = late[-1:]
    else:
        chosen = on_time[-most:]
    later = next(timing.after(max(now, passed[-1])), None)
    return Plan(chosen, len(passed) - len(chosen), later)


def _passed(timing: Timing, next_at: datetime, now: datetime, most: int) -> list[datetime]:
    """The slots from `next_at` to `now`, in order; of very many the last ones."""
    if next_at > now:
        return []
    found = [next_at]
    for slot in islice(timing.after(next_at), most):
        if slot > now:
            return found
        found.append(slot)
    latest = [slot for slot in islice(timing.before(now), most) if slot >= next_at]
    return latest[::-1]
