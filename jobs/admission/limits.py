"""Who may begin: the decision of admission. Pure: it knows neither Django nor a clock.

A queued job may begin when each of its places has room and its flow has begun few enough jobs lately. Those who come
first in line are asked first; one that has to wait does not keep back others that wait for something else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from routilux_site.lib import strict_json
from templates_app.routines import paths

Id = TypeVar("Id")
LONGEST_KEY = 120


class Place(NamedTuple):
    """At most `limit` unfinished jobs under one key."""

    key: str
    limit: int


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` jobs of a flow begin in any `seconds`."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Id]):
    id: Id
    places: tuple[Place, ...] = ()
    rate: Rate | None = None


@dataclass(frozen=True, slots=True)
class Decision(Generic[Id]):
    """Who begins now, and the first of those whom only the rate keeps back, with the seconds until it may begin."""

    admitted: list[Id] = field(default_factory=list)
    later: tuple[Id, float] | None = None


def decide(
    candidates: Sequence[Candidate[Id]], *, taken: Mapping[str, int], starts: Sequence[float], now: float
) -> Decision[Id]:
    """`candidates` in the order of the line; `taken` places by key; `starts`: when jobs of the flow began."""
    admitted: list[Id] = []
    later: tuple[Id, float] | None = None
    held, begun = Counter(taken), list(starts)
    for one in candidates:
        if any(held[place.key] >= place.limit for place in one.places):
            continue
        wait = seconds_to_wait(one.rate, begun, now)
        if wait > 0:
            later = min(later or (one.id, wait), (one.id, wait), key=lambda told: told[1])
            continue
        admitted.append(one.id)
        held.update(place.key for place in one.places)
        begun.append(now)
    return Decision(admitted, later)


def seconds_to_wait(rate: Rate | None, starts: Sequence[float], now: float) -> float:
    """Until one more may begin; 0.0 when it may at once."""
    if rate is None:
        return 0.0
    recent = starts[bisect_right(starts, now - rate.seconds) :]
    return max(0.0, recent[-rate.count] + rate.seconds - now) if len(recent) >= rate.count else 0.0


def key_of(flow: int, path: str | None, payload: Mapping[str, Any]) -> str:
    """The key under which a job is counted: its flow, and the value at `path` of its input, if a path is given.

    Inputs without a value there share one key, as if the value were null.
    """
    if path is None:
        return f"{flow}:"
    value = paths.get(payload, paths.parse(path), None)
    text = strict_json.canonical(value)
    return f"{flow}:{text}" if len(text) <= LONGEST_KEY else f"{flow}:sha256:{strict_json.sha256(value)}"
