"""From finished steps to rows: routes what they emitted and lays out one commit."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from jobs.runtime.finished import AGAIN, Finished
from jobs.runtime.router import NewItem, NewStep, Router
from jobs.runtime.store.claim import Inputs, Step
from jobs.runtime.store.commit import Batch, Written
from jobs.states import StepStatus

#: A step whose own new step a lane goes on with must not need items from the database.
Followed = dict[int, tuple[NewStep, Inputs]]


@dataclass(slots=True)
class Composition:
    """Rows of one commit, and for each finished step the new step that its lane will go on with."""

    batch: Batch = field(default_factory=Batch)
    followed: Followed = field(default_factory=dict)
    ordinals: Iterator[int] = field(default_factory=lambda: count(1))

    def add(
        self, finished: Sequence[Finished], router: Router, statuses: Sequence[StepStatus], *, failing: bool
    ) -> None:
        """The steps of one job, what they gave rise to, and in which status each of that starts."""
        by_cause = {f.step.id: f for f in finished}
        for f in finished:
            new = sum(step.cause == f.step.id for step in router.steps)
            self._add_step(f, 0 if failing else new - (f.status not in AGAIN))
        for step, status in zip(router.steps, statuses, strict=True):
            self._add_new(step, by_cause[step.cause or 0], status, router)
        self.batch.items += [_item_row(item) for item in router.items]

    def _add_step(self, f: Finished, delta: int) -> None:
        step = f.step
        row = {"id": step.id, "attempt": step.attempt, "job_id": step.job_id, "status": f.status, "errors": f.errors}
        self.batch.steps.append({**row, "summary": f.summary, "delay": f.delay, "delta": delta})
        if f.lines or f.error:
            log = {"activation": step.id, "attempt": step.attempt, "lines": f.lines, "error": f.error}
            self.batch.logs.append(log)

    def _add_new(self, step: NewStep, cause: Finished, status: StepStatus, router: Router) -> None:
        row = {"cause": step.cause, "ordinal": step.ordinal, "node": step.node, "message": step.message}
        follows = cause.follow and cause.step.id not in self.followed and not step.taken and status == StepStatus.READY
        if follows:
            self.followed[cause.step.id] = (step, _inputs(step, router.items))
            status = StepStatus.RUNNING
        self.batch.new_steps.append({**row, "status": status, "priority": cause.step.priority})
        self.batch.takes += [{"cause": step.cause, "item": item, "taker": step.ordinal} for item in step.taken]

    def next_step(self, finished: Finished, written: Written) -> Step | None:
        """The step that the lane of `finished` now runs, already claimed for it by the commit."""
        going = written.fenced - written.paused
        if finished.step.id not in going or finished.step.id not in self.followed:
            return None
        new, inputs = self.followed[finished.step.id]
        before = finished.step
        return Step(
            id=written.ids[new.ordinal - 1],
            job_id=before.job_id,
            revision_id=before.revision_id,
            node=new.node,
            attempt=1,
            errors=0,
            priority=before.priority,
            message=new.message,
            inputs=inputs,
        )


def _item_row(item: NewItem) -> dict[str, Any]:
    node, slot = (item.port.node, item.port.slot) if item.port else ("", "")
    row = {"source": item.source, "source_node": item.source_node, "event": item.event, "node": node, "slot": slot}
    return {**row, "payload": item.payload, "taker": item.taker}


def _inputs(step: NewStep, items: Sequence[NewItem]) -> Inputs:
    """A copy, because what one branch does to a payload must not reach another branch or the rows being written."""
    inputs: Inputs = {}
    for item in items:
        if item.taker == step.ordinal and item.port:
            inputs.setdefault(item.port.slot, []).append(copy.deepcopy(item.payload))
    return inputs
