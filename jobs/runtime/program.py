"""A flow spec made ready to run: parsed policies and handlers, and the order in which tails are flushed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from templates_app.routines import ErrorHandler, policies
from templates_app.routines.policies import Policy
from templates_app.spec import BLOCK, DROP, FlowSpec, Port


class Program:
    """What a session keeps of a revision. Immutable once built, so that all lanes share it."""

    def __init__(self, spec: FlowSpec, *, coroutines: frozenset[str] = frozenset()) -> None:
        self.spec = spec
        self.coroutines = coroutines  #: nodes whose logic runs on an event loop
        self.policies: Mapping[str, Policy] = {
            node.id: policies.parse(node.policy, path=f"nodes.{node.id}.policy") for node in spec.nodes.values()
        }
        # An immediate policy takes an item the moment it arrives, so nothing ever waits and no lock is needed.
        self.locked = spec.max_workers is not None or not all(p.stateless for p in self.policies.values())

    @cached_property
    def timekeepers(self) -> frozenset[str]:
        """Nodes whose policy depends on when they last started."""
        return frozenset(node for node, policy in self.policies.items() if policy.keeps_time)

    @cached_property
    def fusible(self) -> frozenset[str]:
        """Nodes whose steps need no commit of their own: pure ones, in a flow whose commits need not see the job.

        Not with a timeout: a step that will not end has to be failed and fenced off by itself.
        """
        nodes = self.spec.nodes.values()
        pure = {node.id for node in nodes if node.pure and not node.atomic and node.timeout is None}
        return frozenset() if self.locked else frozenset(pure - self.coroutines)

    @cached_property
    def breakpoints(self) -> list[str]:
        """Nodes whose steps are held before they start, until somebody lets them go."""
        return sorted(node for node, policy in self.policies.items() if policy.breaks)

    @cached_property
    def readers(self) -> list[str]:
        """Nodes whose policy reads the items that wait."""
        return sorted(node for node, policy in self.policies.items() if policy.sees_payloads)

    @cached_property
    def doors(self) -> Mapping[str, Mapping[str, int]]:
        """Slots that block the step that sends more than they hold, by node, and how many that is."""
        doors: dict[str, dict[str, int]] = {}
        for node in self.spec.nodes.values():
            for slot in node.slots:
                if slot.when_full == BLOCK:
                    doors.setdefault(node.id, {})[slot.name] = slot.capacity
        return doors

    @cached_property
    def dropping(self) -> Mapping[Port, int]:
        """Slots that drop the newest item rather than hold more than so many."""
        slots = ((Port(node.id, slot.name), slot) for node in self.spec.nodes.values() for slot in node.slots)
        return {port: slot.capacity for port, slot in slots if slot.when_full == DROP}

    def handler(self, node: str) -> ErrorHandler:
        """Routine level beats flow level beats the default, stop."""
        return self._handlers[node]

    @cached_property
    def _handlers(self) -> Mapping[str, ErrorHandler]:
        flow = self.spec.error_handler
        return {
            node.id: ErrorHandler.from_json(node.error_handler or flow, path=f"nodes.{node.id}.error_handler")
            for node in self.spec.nodes.values()
        }

    @cached_property
    def downstream(self) -> Mapping[str, frozenset[str]]:
        """For each node, every node that its items can still reach, itself excluded unless it is on a cycle."""
        after: dict[str, set[str]] = {node: set() for node in self.spec.nodes}
        for c in self.spec.connections:
            after[c.source].add(c.target)
        return {node: frozenset(_reach(node, after)) for node in after}


def _reach(node: str, after: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    stack = list(after[node])
    while stack:
        current = stack.pop()
        if current not in seen:
            seen.add(current)
            stack.extend(after[current])
    return seen
