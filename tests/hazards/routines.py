"""Routines whose every execution is journalled, so that an oracle can tell what ran from what was committed."""

from __future__ import annotations

import time
from typing import Any

from pydantic import BaseModel, Field

from jobs.models import DatasetRow
from templates_app import catalog
from templates_app.routines import Event, Routine, RunContext, Slot
from tests.hazards import clock, handover, journal, poison

Items = list[dict[str, Any]]


class Work(Routine):
    """Takes its time and sends each item on, with its node, its mark, and the name of the execution that sent it."""

    input = Slot()
    output = Event("n", "trail", "marks", "by")

    class Config(BaseModel):
        seconds: float = Field(0.02, ge=0)
        mark: int = 0

    def logic(self, input: Items, *, run: RunContext) -> None:
        with journal.execution(run) as by:
            time.sleep(self.config.seconds)
            for item in input:
                self.keep(run, by)
                trail, marks = [*item.get("trail", []), run.node], [*item.get("marks", []), self.config.mark]
                self.emit("output", n=item["n"], trail=trail, marks=marks, by=by)

    def keep(self, run: RunContext, by: str) -> None:
        """Nothing is written beside the step's output."""


class Rows(Work):
    """The same, and a row in the transaction that commits the step. A second row of a step has a key of its own."""

    atomic = True

    def keep(self, run: RunContext, by: str) -> None:
        DatasetRow.objects.create(dataset="hazard", key=f"{run.idempotency_key}:{by}", data={"by": by})


class Poison(Routine):
    """Does what no routine should, as its config says; unless `works` is in its item."""

    input = Slot()
    output = Event("n")

    class Config(BaseModel):
        kind: str

    def logic(self, input: Items, *, run: RunContext) -> None:
        with journal.execution(run):
            if not input[0].get("works"):
                poison.KINDS[self.config.kind](self)
            self.emit("output", n=input[0]["n"])


for name, routine in {"hazard_work": Work, "hazard_rows": Rows, "hazard_poison": Poison}.items():
    catalog.register(name, routine)
clock.turn()
handover.arm()
