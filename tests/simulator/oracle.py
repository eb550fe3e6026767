"""The naive oracle: what any flow comes to when one item after the other is worked off, without policies and steps.

It knows nothing of batches, intervals, lanes or time. Each item that reaches a node is worked on once; a join works on
one item of each slot. All flows of the simulator are made so that nothing else can matter to what comes out of them.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from templates_app.spec import Port
from tests.simulator.behaviour import Flow, Payload


class TooMuchError(Exception):
    """The flow makes more items than a simulation should take."""


@dataclass(slots=True)
class Expected:
    results: Counter[tuple[str, str, int]] = field(default_factory=Counter)  #: node, event, value
    left: Counter[tuple[str, str]] = field(default_factory=Counter)  #: node, slot of items without a partner


def expected(flow: Flow, *, limit: int) -> Expected:
    found = Expected()
    todo = deque(flow.inputs)
    for _ in range(limit):
        if not todo:
            found.left = +found.left
            return found
        port, item = todo.popleft()
        if flow.joins(port.node):
            _join(flow, found, port, todo)
        elif flow.works(port.node, [item]):
            _send(flow, found, port.node, [item], todo)
    raise TooMuchError


def _join(flow: Flow, found: Expected, port: Port, todo: deque[tuple[Port, Payload]]) -> None:
    found.left[port.node, port.slot] += 1
    slots = [(port.node, slot.name) for slot in flow.program.spec.nodes[port.node].slots]
    if all(found.left[slot] for slot in slots):
        found.left.subtract(slots)
        _send(flow, found, port.node, [], todo)


def _send(flow: Flow, found: Expected, node: str, items: list[Payload], todo: deque[tuple[Port, Payload]]) -> None:
    for emission in flow.sends(node, items):
        ports = flow.wires.get((node, emission.event), ())
        todo.extend((port, emission.payload) for port in ports)
        if not ports:
            found.results[node, emission.event, emission.payload["value"]] += 1
