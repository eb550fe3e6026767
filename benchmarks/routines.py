"""Routines that do next to nothing, so that a benchmark measures the engine."""

from __future__ import annotations

from typing import Any

from templates_app import catalog
from templates_app.routines import Event, Routine, Slot


class PassOn(Routine):
    """Sends each item on as it came."""

    input = Slot()
    output = Event("n")

    def logic(self, input: list[dict[str, Any]]) -> None:
        for item in input:
            self.emit("output", **item)


catalog.register("bench_pass_on", PassOn)
