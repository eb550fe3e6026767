"""Routines that do next to nothing, so that a benchmark measures the engine."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from benchmarks.figures import FAN, NAP, WAITS
from templates_app import catalog
from templates_app.routines import Event, Routine, Slot

Items = list[dict[str, Any]]


class PassOn(Routine):
    """Sends each item on as it came."""

    input = Slot()
    output = Event("n")

    def logic(self, input: Items) -> None:
        for item in input:
            self.emit("output", **item)


class PurePassOn(PassOn):
    """The same, and says that running it twice does no harm."""

    pure = True


class FanOut(PassOn):
    """One item for each step of the fan-out."""

    count = FAN

    def logic(self, input: Items) -> None:
        for n in range(self.count):
            self.emit("output", n=n)


class ManyWaits(FanOut):
    count = WAITS


class Wait(Routine):
    """Waits a second without a thread."""

    input = Slot()

    async def logic(self, input: Items) -> None:
        await asyncio.sleep(1)


class Nap(PassOn):
    """Waits a little, as a call of some service would."""

    def logic(self, input: Items) -> None:
        time.sleep(NAP)
        super().logic(input)


class Gather(PassOn):
    """Takes what came together as one."""

    def logic(self, input: Items) -> None:
        self.emit("output", n=len(input))


for name, routine in {
    "bench_pass_on": PassOn,
    "bench_pure": PurePassOn,
    "bench_fan_out": FanOut,
    "bench_nap": Nap,
    "bench_gather": Gather,
    "bench_many_waits": ManyWaits,
    "bench_wait": Wait,
}.items():
    catalog.register(name, routine)
