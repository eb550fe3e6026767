from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from templates_app.routines.config import RoutineConfig
from templates_app.routines.context import RunContext
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine

EXCEPTIONS: dict[str, type[Exception]] = {
    kind.__name__: kind for kind in (RuntimeError, ValueError, KeyError, TimeoutError, ConnectionError, OSError)
}


class Fail(Routine):
    """Raises an exception: for tests and demonstrations of error handlers."""

    input = Slot()
    output = Event("data", description="The record as it came, once the step no longer fails.")

    class Config(RoutineConfig):
        message: str = Field("This step fails on purpose.", max_length=1000, description="What the error says.")
        times: int | None = Field(
            None, ge=0, le=1000, description="Fail so many attempts, then pass the records on; empty: fail always."
        )
        exception: Literal["RuntimeError", "ValueError", "KeyError", "TimeoutError", "ConnectionError", "OSError"] = (
            Field("RuntimeError", description="The kind of error.")
        )

    def logic(self, items: list[Any], *, run: RunContext) -> None:
        if self.config.times is None or run.attempt <= self.config.times:
            raise EXCEPTIONS[self.config.exception](self.config.message)
        for item in items:
            self.emit("output", **(item if isinstance(item, dict) else {"data": item}))
