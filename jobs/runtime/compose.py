"""From finished steps to rows: routes what they emitted and lays out one commit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jobs.runtime.finished import Finished, retry_delay
from jobs.runtime.router import NOBODY, NewItem, NewStep, Router
from jobs.runtime.store.claim import Inputs, Step
from jobs.runtime.store.commit import Batch, Written
from jobs.runtime.wake import WORK_CHANNEL
from jobs.states import StepStatus

#: A step whose own new step a lane goes on with must not need items from the database.
Followed = dict[int, tuple[NewStep, Inputs]]
#: Of so many new steps others hear with the commit that makes them; with fewer one session is soon done.
MANY = 16


@dataclass(slots=True)
class Composition:
    """Rows of one commit, and for each finished step the new step that its lane will go on with.

    Every router numbers its new steps from 1; in the rows of the commit they follow each other.
    """

    batch: Batch = field(default_factory=Batch)
    followed: Followed = field(default_factory=dict)
    ready: int = 0  #: new steps that any lane may claim, the followed ones included

    def add(
        self,
        finished: Sequence[Finished],
        router: Router,
        statuses: Sequence[StepStatus],
        *,
        failing: bool,
        released: int = 0,
    ) -> None:
        """The steps of one job, what they gave rise to, and in which status each of that starts.

        `released`: so many others are complete now too, because there is room for what they sent.
        """
        scribe = _Scribe(self, finished, router)
        for f in finished:
            scribe.add_finished(f, failing=failing)
        if not failing:
            self.batch.steps[-1]["delta"] -= released
        for step, status in zip(router.steps, statuses, strict=True):
            scribe.add_new(step, status)
        self.batch.items += [scribe.item_row(item) for item in router.items]
        self.batch.takes += [{"root": scribe.first, "item": item, "taker": NOBODY} for item in router.dropped]

    @property
    def announce(self) -> str | None:
        return WORK_CHANNEL if self.ready - len(self.followed) >= MANY else None

    def next_step(self, finished: Finished, written: Written) -> Step | None:
        """The step that the lane of `finished` now runs, already claimed for it by the commit."""
        going = written.fenced - written.steered
        if finished.step.id not in going or finished.step.id not in self.followed:
            return None
        new, inputs = self.followed[finished.step.id]
        return finished.step.caused(id=written.ids[new.ordinal - 1], node=new.node, message=new.message, inputs=inputs)


class _Scribe:
    """Writes the rows of one router. A cause below zero is the ordinal of a fused step.

    A row says to which step of the commit it belongs by the place of that one in the batch, counted from 1.
    """

    def __init__(self, composition: Composition, finished: Sequence[Finished], router: Router) -> None:
        self._composition = composition
        self._batch = composition.batch
        self._router = router
        self._base = len(self._batch.new_steps)
        self.first = len(self._batch.steps) + 1
        self._places = {f.step.id: place for place, f in enumerate(finished, self.first)}
        self._by_id = {f.step.id: f for f in finished}
        self._fused = {ordinal: f for g in finished for ordinal, f in g.fused.items()}
        self._root = finished[0].step.id  # only a lone step has fused ones

    def add_finished(self, f: Finished, *, failing: bool) -> None:
        step = f.step
        new = sum(self._cause_id(s.cause) == step.id for s in self._router.steps) - len(f.fused)
        row = {"id": step.id, "attempt": step.attempt, "job_id": step.job_id, "status": f.status, "errors": f.errors}
        delta = 0 if failing else new - f.closes
        self._batch.steps.append({**row, "summary": f.summary, "delay": retry_delay(f), "delta": delta})
        self._add_log(f, step.id, None)

    def add_new(self, step: NewStep, status: StepStatus) -> None:
        root = self._cause_id(step.cause)
        cause = self._by_id[root]
        ordinal = self._base + step.ordinal
        place = self._places[root]
        row: dict[str, Any] = {"root": place, "cause": self._ordinal(step.cause), "ordinal": ordinal}
        row |= {"node": step.node, "message": step.message, "priority": cause.step.priority}
        if fused := self._fused.get(step.ordinal):
            self._batch.new_steps.append({**row, **_past(fused)})
            self._add_log(fused, root, ordinal)
            return
        self._composition.ready += status == StepStatus.READY
        if self._follows(cause, step, status):
            self._composition.followed[root] = (replace(step, ordinal=ordinal), _inputs(step, self._router.items))
            status = StepStatus.RUNNING
        self._batch.new_steps.append({**row, "status": status, "on_loop": step.node in cause.program.coroutines})
        self._batch.takes += [{"root": place, "item": item, "taker": ordinal} for item in step.taken]

    def item_row(self, item: NewItem) -> dict[str, Any]:
        node, slot = (item.port.node, item.port.slot) if item.port else ("", "")
        place = self._places[self._cause_id(item.source)]
        row: dict[str, Any] = {"root": place, "source": self._ordinal(item.source)}
        row |= {"source_node": item.source_node, "event": item.event, "node": node, "slot": slot}
        return {**row, "payload": item.payload, "taker": item.taker and self._base + item.taker}

    def _follows(self, cause: Finished, step: NewStep, status: StepStatus) -> bool:
        if not cause.follow or cause.step.id in self._composition.followed:
            return False
        if cause.step.on_loop != (step.node in cause.program.coroutines):
            return False  # a lane runs no coroutine, and the loop nothing else
        return not step.taken and status == StepStatus.READY and cause.follow_with in (None, step.ordinal)

    def _cause_id(self, cause: int | None) -> int:
        return self._root if cause is None or cause < 0 else cause

    def _ordinal(self, cause: int | None) -> int | None:
        return self._base - cause if cause is not None and cause < 0 else None

    def _add_log(self, f: Finished, root: int, ordinal: int | None) -> None:
        if f.said:
            place = self._places[root]
            row = {"root": place, "ordinal": ordinal, "attempt": f.step.attempt, "progress": f.progress}
            self._batch.logs.append({**row, "lines": f.lines, "error": f.error})


def _past(fused: Finished) -> dict[str, Any]:
    now = time.monotonic()
    return {"status": fused.status, "began": now - fused.began, "ended": now - fused.ended}


def _inputs(step: NewStep, items: Sequence[NewItem]) -> Inputs:
    inputs: Inputs = {}
    for item in items:
        if item.taker == step.ordinal:
            item.hand_over(inputs)
    return inputs
