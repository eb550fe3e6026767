from __future__ import annotations

import time
from typing import Any

from pydantic import Field

from templates_app.routines.config import RoutineConfig
from templates_app.routines.context import RunContext
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine

_SLICE = 0.1


class Sleep(Routine):
    """Waits, holding a thread, and then passes on whatever it was given: for tests and demonstrations."""

    input = Slot()
    output = Event("data", description="The record as it came.")

    class Config(RoutineConfig):
        seconds: float = Field(1.0, ge=0, le=3600, description="How long each run of this step takes.")

    def logic(self, items: list[Any], *, run: RunContext) -> None:
        ends = time.monotonic() + self.config.seconds
        while (left := ends - time.monotonic()) > 0 and not run.cancelled:
            time.sleep(min(left, _SLICE))
        for item in items:
            self.emit("output", **(item if isinstance(item, dict) else {"data": item}))
