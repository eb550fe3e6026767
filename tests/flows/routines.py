"""Routines for tests of the engine. Cluster processes of the tests read them too (ROUTILUX_APPS=tests.flows)."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from jobs.models import DatasetRow
from templates_app import catalog
from templates_app.routines import (
    Event,
    Policy,
    Routine,
    RoutineConfig,
    RunContext,
    Secret,
    Slot,
    all_slots_ready_policy,
    register_exception,
)
from tests.flows import switch
from tests.flows.waiting import waiting

Items = list[dict[str, Any]]


class Pass(Routine):
    """Sends each item on, with the name of the node added to its trail."""

    input = Slot()
    output = Event("trail")

    def logic(self, input: Items, *, run: RunContext) -> None:
        for item in input:
            self.emit("output", **{**item, "trail": [*item.get("trail", []), run.node]})


class Spread(Routine):
    """Sends `count` items."""

    input = Slot()
    output = Event("n")

    class Config(BaseModel):
        count: int = Field(3, ge=0, le=10_000)

    before: ClassVar[Callable[[], object] | None] = None  #: tests set it, to interfere while the step runs

    def logic(self, input: Items) -> None:
        if (before := type(self).before) is not None:
            before()
        for number in range(self.config.count):
            self.emit("output", n=number)


class Gather(Routine):
    """Sends how many items it got at once, and why."""

    input = Slot(capacity=100_000)
    output = Event("count", "items", "reason")

    def logic(self, input: Items, *, policy_message: Any) -> None:
        self.emit("output", count=len(input), items=input, reason=policy_message["reason"])


class Join(Routine):
    """Pairs one item of each side."""

    left = Slot()
    right = Slot()
    output = Event("left", "right")
    policy: ClassVar[Policy | None] = all_slots_ready_policy()

    def logic(self, left: Items, right: Items) -> None:
        self.emit("output", left=left, right=right)


class Flaky(Routine):
    """Fails `times` times, then sends its item on."""

    input = Slot()
    output = Event("attempt")

    class Config(BaseModel):
        times: int = 1

    def logic(self, input: Items, *, run: RunContext) -> None:
        print(f"attempt {run.attempt}")  # noqa: T201 - a step may print
        if run.attempt <= self.config.times:
            raise ValueError(f"not yet: {run.attempt}")
        self.emit("output", attempt=run.attempt)


class Switch(Pass):
    """Sends its item on, unless the switch says that it is broken."""

    def logic(self, input: Items, *, run: RunContext) -> None:
        if switch.broken:
            raise ConnectionError("the service does not answer")
        super().logic(input, run=run)


@register_exception
class Hiccup(ConnectionError):
    """An error of this project's own, which handlers may name."""


class BelchError(Hiccup):
    """One of its kinds; no handler knows its name."""


class Hiccups(Routine):
    """Raises what it is told to, the first time that it runs."""

    input = Slot()
    output = Event("attempt")

    def logic(self, input: Items, *, run: RunContext) -> None:
        if run.attempt == 1:
            raise {"hiccup": Hiccup, "belch": BelchError, "value": ValueError}[input[0]["raise"]]("once")
        self.emit("output", attempt=run.attempt)


class Spoil(Pass):
    """Changes the payload that it was given, and sends it on."""

    def logic(self, input: Items, *, run: RunContext) -> None:
        for item in input:
            item["trail"].append(f"spoilt by {run.node}")
            self.emit("output", **item)


class SpoilLeft(Join):
    """Changes what came from the left before it looks at what came from the right."""

    def logic(self, left: Items, right: Items) -> None:
        left[0]["trail"].append("spoilt")
        self.emit("output", right=right)


class Tally(Routine):
    """Counts in durable state how many items the node has seen in this job."""

    input = Slot()
    output = Event("total")

    def logic(self, input: Items, *, run: RunContext) -> None:
        run.state["total"] = run.state.get("total", 0) + len(input)
        self.emit("output", total=run.state["total"])


class Record(Routine):
    """Writes a row in the transaction that commits the step; fails after writing when told to."""

    atomic = True
    input = Slot()
    output = Event("key")

    def logic(self, input: Items, *, run: RunContext) -> None:
        for item in input:
            DatasetRow.objects.create(dataset="record", key=f"{run.job_id}:{item['n']}", data=item)
            if item.get("fail"):
                raise RuntimeError("after the row was written")
            self.emit("output", key=item["n"])


class Nap(Routine):
    """Sleeps, writes a row outside of the step's transaction each time it is called, and sends its item on."""

    input = Slot()
    output = Event("n")

    class Config(BaseModel):
        seconds: float = Field(0.1, ge=0)

    def logic(self, input: Items, *, run: RunContext) -> None:
        for item in input:
            time.sleep(self.config.seconds)
            self.emit("output", **{**item, "trail": [*item.get("trail", []), run.node]})


class Loop(Routine):
    """Never ends by itself."""

    input = Slot()
    output = Event()

    def logic(self, input: Items) -> None:
        while True:
            time.sleep(0.001)


class Deaf(Routine):
    """Swallows everything that is raised in it once, and goes on as if nothing had happened."""

    input = Slot()
    output = Event()

    def logic(self, input: Items) -> None:
        try:
            while True:
                time.sleep(0.001)
        except BaseException:  # noqa: BLE001 - that is the point
            self.emit("output")


class Await(Routine):
    """Waits on the event loop, then sends its item on."""

    input = Slot()
    output = Event("n")

    class Config(BaseModel):
        seconds: float = Field(0.05, ge=0)
        fail: int = 0

    async def logic(self, input: Items, *, run: RunContext) -> None:
        waiting.add(run.idempotency_key)
        print(f"{run.node} waits")  # noqa: T201 - a step may print
        try:
            await asyncio.sleep(self.config.seconds)
        finally:
            waiting.together.discard(run.idempotency_key)
        if run.attempt <= self.config.fail:
            raise ValueError(f"not yet: {run.attempt}")
        for item in input:
            self.emit("output", **item)


class Talk(Routine):
    """Says how far it is, and waits half way until it is let go."""

    input = Slot()
    output = Event()

    def logic(self, input: Items, *, run: RunContext) -> None:
        print("hello")  # noqa: T201 - a step may print
        run.progress(1, 2, "half way")
        waiting.over.wait(60)
        run.log("bye")
        run.progress(2, 2, "done")


class AwaitTally(Tally):
    """Counts on the event loop, giving way between reading and changing."""

    async def logic(self, input: Items, *, run: RunContext) -> None:  # type: ignore[override]
        before = run.state.get("total", 0)
        await asyncio.sleep(0.01)
        run.state["total"] = before + len(input)
        self.emit("output", total=run.state["total"])


class Stubborn(Routine):
    """Does not give way on the event loop."""

    input = Slot()
    output = Event()

    async def logic(self, input: Items) -> None:
        waiting.over.wait(60)


class PurePass(Pass):
    """As Pass, and says so: it may travel with the commit of another step."""

    pure = True


class PureFlaky(Flaky):
    pure = True


class PureSpread(Spread):
    pure = True


class PureTally(Tally):
    """Claims to be pure, and keeps state all the same."""

    pure = True


def vip_first(slots: dict[str, Any], worker_state: dict[str, Any], *, limit: int = 2) -> tuple[bool, Any, Any]:
    """Runs for each VIP at once, and for the others when `limit` of them have gathered; counts its runs."""
    waiting = slots["input"].peek_all_new()
    if "wrong" in (waiting[-1] if waiting else {}):
        raise LookupError("this item is wrong")
    while waiting and "hangs" in waiting[-1]:
        pass
    if waiting and "leaves" in waiting[-1]:
        raise SystemExit
    if not waiting or not (waiting[-1].get("vip") or len(waiting) >= limit):
        return False, {}, None
    worker_state["runs"] = worker_state.get("runs", 0) + 1
    return True, {"input": slots["input"].consume_all_new()}, {"reason": "vip", "runs": worker_state["runs"]}


def newest(slots: dict[str, Any], worker_state: Any) -> tuple[bool, Any, Any]:
    """When nothing else moves, runs with the newest item alone."""
    if not worker_state.drained or not len(slots["input"]):
        return False, {}, None
    return True, {"input": [slots["input"].consume_latest_and_mark_all_consumed()]}, {"reason": "newest"}


catalog.register_policy("test_vip_first", vip_first)
catalog.register_policy("test_newest", newest)


class Telltale(Routine):
    """Says its secret wherever a step can say something, and raises it when told to."""

    input = Slot()
    output = Event("length")

    class Config(RoutineConfig):
        key: Secret

    def logic(self, input: Items, *, run: RunContext) -> None:
        value = self.config.key.get_secret_value()
        print(f"the key is {value}", self.config.key)  # noqa: T201 - a step may print
        logging.getLogger("shop").warning("%s was refused", value)
        run.log(value)
        run.progress(1, 2, value)
        if input[0].get("fail"):
            raise KeyError(value)
        self.emit("output", length=len(value))


class Stone(Routine):
    """Never ends, and hears no alarm."""

    input = Slot()

    def logic(self, input: Items) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        while True:
            time.sleep(0.001)


class Exit(Routine):
    """Ends the process that it runs in."""

    input = Slot()

    def logic(self, input: Items) -> None:
        os._exit(3)


for name, routine in {
    "test_await": Await,
    "test_talk": Talk,
    "test_await_tally": AwaitTally,
    "test_stubborn": Stubborn,
    "test_pure_pass": PurePass,
    "test_pure_flaky": PureFlaky,
    "test_pure_spread": PureSpread,
    "test_pure_tally": PureTally,
    "test_pass": Pass,
    "test_spread": Spread,
    "test_gather": Gather,
    "test_join": Join,
    "test_flaky": Flaky,
    "test_tally": Tally,
    "test_record": Record,
    "test_nap": Nap,
    "test_loop": Loop,
    "test_deaf": Deaf,
    "test_stone": Stone,
    "test_exit": Exit,
    "test_spoil": Spoil,
    "test_spoil_left": SpoilLeft,
    "test_hiccups": Hiccups,
    "test_switch": Switch,
    "test_telltale": Telltale,
}.items():
    catalog.register(name, routine)
