"""Whose turn it is among priorities, so that a low one is late but never starved.

Every EVERY claims that find more work than lanes, one step is taken of the next lower priority than the last turn gave,
and from the highest again when there is none lower. Steps of each priority are taken oldest first. So of any priority
that has work at least one step is claimed in EVERY times as many full claims as there are priorities with work: a bound
that does not depend on how much of a higher one arrives. Both kinds of claim read the head of one index range.
"""

from __future__ import annotations

from typing import Protocol

from jobs.runtime.store.claim import Step

EVERY = 8


class Claim(Protocol):
    def __call__(self, *, lanes: int, ahead: int, loop: int, below: int | None = None) -> list[Step]: ...


class Turns:
    def __init__(self) -> None:
        self._full_claims = 0
        self._last: int | None = None  #: the priority that had the turn; None when the highest is next

    def take(self, claim: Claim, *, lanes: int, ahead: int = 0, loop: int = 0) -> list[Step]:
        """Claim steps for so many free lanes, some `ahead` of them, and coroutines; one out of turn when due."""
        early = self._out_of_turn(claim, lanes + ahead, loop) if self._full_claims >= EVERY else []
        on_loop = sum(step.on_loop for step in early)
        for_lanes = len(early) - on_loop
        at_once = min(lanes, for_lanes)
        steps = early + claim(lanes=lanes - at_once, ahead=ahead - (for_lanes - at_once), loop=loop - on_loop)
        on_loop = sum(step.on_loop for step in steps)
        self._full_claims += on_loop == loop > 0 or len(steps) - on_loop >= max(1, lanes)
        return steps

    def _out_of_turn(self, claim: Claim, room: int, loop: int) -> list[Step]:
        steps = claim(lanes=min(room, 1), ahead=0, loop=min(loop, 1), below=self._last)
        self._last = max((step.priority for step in steps), default=None)
        self._full_claims = 0
        return steps
