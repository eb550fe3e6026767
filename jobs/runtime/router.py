"""What happens next: pure, without Django, database or a clock of its own.

A Router takes what steps emitted and what waits in the slots of one job, asks the activation policies, and says which
items come into being, which steps start and which items they take. The Postgres store, the dry run and the simulator
of the tests all drive this same code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from jobs.runtime.program import Program
from routilux_site.lib import strict_json
from templates_app.routines.policies import Activate, Decline, View
from templates_app.spec import FAIL, Port

Payload = dict[str, Any]
#: Waiting items of a job as stored: node -> slot -> item ids, oldest first.
Waiting = Mapping[str, Mapping[str, Sequence[int]]]
#: The taker of an item that was dropped. No step has this number, so that the item waits no more and nobody has it.
NOBODY = 0


@dataclass(frozen=True, slots=True)
class Recall:
    """What custom policies need: payloads of waiting items by id, and what each policy remembered."""

    payloads: Mapping[int, Payload] = field(default_factory=dict)
    memory: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Broken:
    """A policy that raised. Nothing of its node was taken; what waits there still waits."""

    node: str
    error: Exception
    cause: int | None


@dataclass(slots=True, eq=False)
class NewItem:
    """An item that comes into being. Without a port it leaves the flow as a result."""

    source: int | None
    source_node: str
    event: str
    port: Port | None
    payload: Payload
    taker: int | None = None  #: ordinal of the new step that takes it at once, or NOBODY

    def hand_over(self, inputs: dict[str, list[Payload]]) -> None:
        """A copy, because what one branch does to a payload must not reach another branch or the rows being written."""
        if self.port:
            inputs.setdefault(self.port.slot, []).append(strict_json.clone(self.payload))


@dataclass(slots=True, eq=False)
class NewStep:
    """An activation that comes into being, and the waiting items that it takes."""

    ordinal: int
    cause: int | None
    node: str
    message: Any
    taken: list[int] = field(default_factory=list)


Ref = int | NewItem


class Router:
    """Routes what the steps of ONE job emitted, in order. `ordinals` may be shared by several routers of one commit."""

    def __init__(
        self,
        program: Program,
        *,
        waiting: Waiting | None = None,
        now: float = 0.0,
        last: Mapping[str, float] | None = None,
        ordinals: Iterator[int] | None = None,
        recall: Recall | None = None,
    ) -> None:
        self.items: list[NewItem] = []
        self.steps: list[NewStep] = []
        self.dropped: list[int] = []  #: waiting items that a policy passed over
        self.broken: list[Broken] = []
        self.memory: dict[str, Mapping[str, Any]] = {}  #: what policies want to find again, where it changed
        self.timers: dict[str, float] = {}
        self.asked: set[str] = set()  #: nodes whose policy was asked: only their times may have changed
        self._program = program
        self._now = now
        self.activated: dict[str, float] = dict(last or {})  #: when each node last started, as far as it matters
        self._ordinals = ordinals or count(1)
        self._posted: set[Port] = set()
        self._recall = recall or Recall()
        self._queues: dict[str, dict[str, list[Ref]]] = {
            node: {slot: list(refs) for slot, refs in slots.items()} for node, slots in (waiting or {}).items()
        }

    def emit(self, *, source: int | None, node: str, event: str, payload: Payload) -> None:
        """An event fires: one item per connection, or one result when nothing is connected."""
        targets = self._program.spec.targets(node, event)
        if not targets:
            self.items.append(NewItem(source, node, event, None, payload))
        for port in targets:
            self._deliver(NewItem(source, node, event, port, payload), port)

    def post(self, port: Port, payload: Payload) -> None:
        """An item from outside the flow: a job's input, or one posted into an open job. It fits, or it is refused."""
        self._posted.add(port)
        self._deliver(NewItem(None, "", "", port, payload), port)

    def drain(self, cause: int | None = None) -> None:
        """Nothing else can move: flush the most upstream tails. What they cause may still fill those behind them."""
        flushable = {node for node in self._queues if isinstance(self._ask(node, drained=True), Activate)}
        behind = {other for node in flushable for other in self._program.downstream[node] if other != node}
        # On a cycle each is behind another; then all are flushed.
        for node in sorted(flushable - behind) or sorted(flushable):
            self._settle(node, cause, drained=True)

    def look(self, node: str) -> None:
        """A timer of the node is due: ask its policy again."""
        self._settle(node, None)

    def look_everywhere(self) -> None:
        """Ask each policy that has something waiting, most upstream or not: where it declined before, it declines."""
        for node in sorted(self._queues):
            self._settle(node, None)

    def overfull(self) -> tuple[Port, int] | None:
        """A slot in which more items wait than it may hold, and how many it may; None when all is well."""
        for node, slots in self._queues.items():
            for slot in self._program.spec.nodes[node].slots:
                if len(slots.get(slot.name, ())) > slot.capacity:
                    port = Port(node, slot.name)
                    if slot.when_full == FAIL or port in self._posted:
                        return port, slot.capacity
        return None

    def at_doors(self) -> Iterator[tuple[Port, Ref]]:
        """What waits for room in front of slots that block, and where."""
        for node, doors in self._program.doors.items():
            for slot, most in doors.items():
                waiting = self._queues.get(node, {}).get(slot, [])
                yield from ((Port(node, slot), ref) for ref in waiting[most:])

    def depth(self, node: str) -> Mapping[str, int]:
        """How many items wait in each slot of a node; what waits at its door is not in it yet."""
        doors = self._program.doors.get(node, {})
        return {slot: min(len(refs), doors.get(slot, len(refs))) for slot, refs in self._slots(node).items()}

    def _deliver(self, item: NewItem, port: Port) -> None:
        self.items.append(item)
        policy = self._program.policies[port.node]
        if policy.stateless and port.node not in self._queues:
            item.taker = self._start(port.node, item.source, policy.says).ordinal
        else:
            self._slots(port.node)[port.slot].append(item)
            self._settle(port.node, item.source)
            self._drop_newest(item, port)

    def _drop_newest(self, item: NewItem, port: Port) -> None:
        """The item that has just come, when more wait than the slot holds although its policy was asked."""
        waiting = self._slots(port.node)[port.slot]
        most = self._program.dropping.get(port)
        if most is not None and len(waiting) > most and port not in self._posted:
            waiting.pop()
            item.taker = NOBODY

    def _settle(self, node: str, cause: int | None, *, drained: bool = False) -> None:
        """Ask the policy again until it declines, so that no backlog is left that it would take."""
        while True:
            decision = self._ask(node, drained=drained, cause=cause)
            if decision.memory is not None:
                self.memory[node] = decision.memory
            if not isinstance(decision, Activate):
                if decision.look_again_at is not None:
                    self.timers[node] = decision.look_again_at
                return
            self.activated[node] = self._now
            self.timers.pop(node, None)
            self._drop(node, decision.drop)
            self._take(self._start(node, cause, decision.message), decision.take)

    def _ask(self, node: str, *, drained: bool = False, cause: int | None = None) -> Activate | Decline:
        self.asked.add(node)
        policy = self._program.policies[node]
        view = View(self.depth(node), self._now, self.activated.get(node), drained)
        if not policy.sees_payloads:
            return policy.decide(view)
        memory = self.memory.get(node, self._recall.memory.get(node, {}))
        try:
            return policy.decide(replace(view, payloads=self._payloads(node), memory=memory))
        except Exception as error:  # noqa: BLE001 - a custom policy is anybody's code: its bug is an error of its node
            self.broken.append(Broken(node, error, cause))
            return Decline()

    def _payloads(self, node: str) -> dict[str, list[Payload]]:
        known, inside = self._recall.payloads, self.depth(node)
        return {
            slot: [ref.payload if isinstance(ref, NewItem) else known[ref] for ref in refs[: inside[slot]]]
            for slot, refs in self._slots(node).items()
        }

    def _start(self, node: str, cause: int | None, message: Any) -> NewStep:
        step = NewStep(next(self._ordinals), cause, node, message)
        self.steps.append(step)
        return step

    def _take(self, step: NewStep, take: Mapping[str, int]) -> None:
        for ref in self._leave(step.node, take):
            if isinstance(ref, NewItem):
                ref.taker = step.ordinal
            else:
                step.taken.append(ref)

    def _drop(self, node: str, drop: Mapping[str, int]) -> None:
        for ref in self._leave(node, drop):
            if isinstance(ref, NewItem):
                ref.taker = NOBODY
            else:
                self.dropped.append(ref)

    def _leave(self, node: str, counts: Mapping[str, int]) -> Iterator[Ref]:
        """So many of the oldest items of each slot leave the queues."""
        slots = self._slots(node)
        for slot, wanted in counts.items():
            gone, slots[slot] = slots[slot][:wanted], slots[slot][wanted:]
            yield from gone

    def _slots(self, node: str) -> dict[str, list[Ref]]:
        held = self._queues.setdefault(node, {})
        for slot in self._program.spec.nodes[node].slots:
            held.setdefault(slot.name, [])
        return held
