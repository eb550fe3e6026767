from __future__ import annotations

from typing import Any

from pydantic import Field

from templates_app.routines.builtin.records import record
from templates_app.routines.config import RoutineConfig
from templates_app.routines.context import RunContext
from templates_app.routines.policies import BatchSize, Policy
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine

LARGEST_BATCH = 10_000


class Batcher(Routine):
    """Collects records and sends them on in lists of `batch_size`; the last list of a job may be shorter."""

    input = Slot(capacity=10 * LARGEST_BATCH)
    batch = Event("items", "count", "batch_number", description="The records, how many, and which batch it is, from 1.")

    class Config(RoutineConfig):
        batch_size: int = Field(100, ge=1, le=LARGEST_BATCH, description="How many records make a batch.")

    @classmethod
    def default_policy(cls, config: dict[str, Any]) -> Policy:
        return BatchSize(cls.parse_config(config).batch_size)

    def logic(self, items: list[Any], *, run: RunContext) -> None:
        size, number = self.config.batch_size, run.state.get("batches", 0)
        for start in range(0, len(items), size):
            number += 1
            members = [record(item).data for item in items[start : start + size]]
            self.emit("batch", items=members, count=len(members), batch_number=number)
        run.state["batches"] = number
