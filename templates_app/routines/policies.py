"""Activation policies: pure decisions about how many waiting items of which slot to take now, or when to look again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from routilux_site.lib.errors import join_path
from routilux_site.lib.strict_json import Json
from templates_app.routines.custom import Custom as Custom
from templates_app.routines.custom import custom_policy as custom_policy
from templates_app.routines.deciding import Activate as Activate
from templates_app.routines.deciding import Decline as Decline
from templates_app.routines.deciding import Policy as Policy
from templates_app.routines.deciding import View as View
from templates_app.routines.errors import PolicyError
from templates_app.routines.text import listed, shorten, suggestion, under

MAX_BATCH = 1_000_000
MAX_INTERVAL = 31 * 24 * 3600.0

_DECLINE = Decline()


@dataclass(frozen=True, slots=True)
class Immediate(Policy):
    """Whatever waits, at once."""

    type: ClassVar[str] = "immediate"
    stateless: ClassVar[bool] = True

    def decide(self, view: View) -> Activate | Decline:
        return _take_all(view, {"reason": "immediate"})


@dataclass(frozen=True, slots=True)
class Breakpoint(Policy):
    """Whatever waits, at once; but each step is held before it starts, until somebody lets it go."""

    type: ClassVar[str] = "breakpoint"
    stateless: ClassVar[bool] = True
    breaks: ClassVar[bool] = True
    says: ClassVar[Json] = {"reason": "breakpoint"}

    def decide(self, view: View) -> Activate | Decline:
        return _take_all(view, {"reason": "breakpoint"})


@dataclass(frozen=True, slots=True)
class AllSlotsReady(Policy):
    """One item of every slot, first with first: a join. Leftovers without a partner stay, also at the end."""

    type: ClassVar[str] = "all_slots_ready"

    def decide(self, view: View) -> Activate | Decline:
        if not view.queued or min(view.queued.values()) < 1:
            return _DECLINE
        return Activate(dict.fromkeys(view.queued, 1), {"reason": "all_slots_ready"})

    def lacks(self, queued: Mapping[str, int]) -> str:
        empty = [slot for slot, count in queued.items() if not count]
        return f"nothing has arrived in {listed(empty)}"


@dataclass(frozen=True, slots=True)
class BatchSize(Policy):
    """Exactly `min_batch_size` items of every slot; at the end whatever is left."""

    type: ClassVar[str] = "batch_size"
    min_batch_size: int = 1

    def __post_init__(self) -> None:
        size = self.min_batch_size
        if type(size) is not int or not 1 <= size <= MAX_BATCH:
            accepted = f"a whole number from 1 to {MAX_BATCH}"
            raise PolicyError(f"{shorten(size)} is not accepted: {accepted}.", path="min_batch_size")

    def decide(self, view: View) -> Activate | Decline:
        size = self.min_batch_size
        if view.queued and min(view.queued.values()) >= size:
            return Activate(dict.fromkeys(view.queued, size), {"reason": "batch_ready", "batch_size": size})
        return _take_all(view, {"reason": "drained"}) if view.drained else _DECLINE

    def lacks(self, queued: Mapping[str, int]) -> str:
        return f"a batch takes {self.min_batch_size} of each slot, or what is left when nothing else moves"


@dataclass(frozen=True, slots=True)
class TimeInterval(Policy):
    """Whatever waits, but not more often than every `min_interval_seconds`; at the end whatever is left."""

    type: ClassVar[str] = "time_interval"
    keeps_time: ClassVar[bool] = True
    min_interval_seconds: float = 1.0

    def __post_init__(self) -> None:
        interval = self.min_interval_seconds
        if type(interval) not in (int, float) or not 0 < interval <= MAX_INTERVAL:
            accepted = f"a number of seconds above 0, at most {MAX_INTERVAL:.0f}"
            raise PolicyError(f"{shorten(interval)} is not accepted: {accepted}.", path="min_interval_seconds")
        # 5 and 5.0 mean the same, and must have the same canonical text
        object.__setattr__(self, "min_interval_seconds", float(interval))

    def decide(self, view: View) -> Activate | Decline:
        last, interval = view.last_activation, self.min_interval_seconds
        if last is None or view.now >= last + interval:
            return _take_all(view, {"reason": "time_interval_met", "interval": interval, "last_activation": last})
        if view.drained:
            return _take_all(view, {"reason": "drained"})
        return Decline(last + interval) if any(view.queued.values()) else _DECLINE

    def lacks(self, queued: Mapping[str, int]) -> str:
        return f"it runs at most every {self.min_interval_seconds:g} s"


KINDS: Mapping[str, type[Policy]] = {
    kind.type: kind for kind in (Immediate, AllSlotsReady, BatchSize, TimeInterval, Custom, Breakpoint)
}


def parse(spec: object, path: str = "policy") -> Policy:
    """The policy that a JSON object means; None means immediate. Raises PolicyError with a path below `path`."""
    if spec is None:
        return Immediate()
    if not isinstance(spec, dict):
        raise PolicyError(f'{shorten(spec)} is not accepted: an object like {{"type": "immediate"}} is.', path=path)
    kind = _kind(spec, path)
    try:
        return kind.from_settings({key: value for key, value in spec.items() if key != "type"})
    except PolicyError as error:
        raise PolicyError(error.message, path=under(path, error.path)) from None


def immediate_policy() -> Policy:
    return Immediate()


def all_slots_ready_policy() -> Policy:
    return AllSlotsReady()


def batch_size_policy(min_batch_size: int) -> Policy:
    return BatchSize(min_batch_size)


def time_interval_policy(min_interval_seconds: float) -> Policy:
    return TimeInterval(min_interval_seconds)


def breakpoint_policy() -> Policy:
    return Breakpoint()


batch_policy = batch_size_policy


def _take_all(view: View, message: dict[str, Json]) -> Activate | Decline:
    return Activate(dict(view.queued), message) if any(view.queued.values()) else _DECLINE


def _kind(spec: dict[str, Any], path: str) -> type[Policy]:
    name = spec.get("type")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        hint = suggestion(name, KINDS) if isinstance(name, str) else ""
        told = f"{shorten(name)} is no policy." if "type" in spec else "The type is missing."
        raise PolicyError(f"{told}{hint} Accepted: {listed(KINDS)}.", path=join_path(path, "type"))
    return kind
