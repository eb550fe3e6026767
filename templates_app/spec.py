"""FlowSpec: the frozen value objects that a revision is.

A spec is plain data: it says which catalog class each node runs, with which effective values, and how events reach
slots. It knows nothing of prototypes, parents or layers; those are resolved before a spec exists.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from routilux_site.lib import strict_json
from templates_app.routines.ports import BLOCK as BLOCK
from templates_app.routines.ports import DROP as DROP
from templates_app.routines.ports import FAIL as FAIL

FORMAT = 1
DEFAULT_MAX_ATTEMPTS = 3
#: Settings that bound how many jobs of a flow are under way, or begin in a while.
LIMITS = ("concurrency", "rate_limit")


def _text_around(values: Mapping[str, Any], key: str) -> tuple[str, str]:
    """The canonical text of `values` up to the value of `key`, and from there on; other keys come before and after."""
    head = strict_json.canonical({name: value for name, value in values.items() if name < key})
    tail = strict_json.canonical({name: value for name, value in values.items() if name > key})
    return f'{head[:-1]},"{key}":', f",{tail[1:]}"


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """An input queue of a node. `capacity` counts waiting items; `when_full` says what becomes of one more.

    `fail`: the step that sends it fails. `block`: that step is not complete until there is room. `drop`: the newest
    item is kept with the job, and nobody takes it.
    """

    name: str
    capacity: int = 1000
    when_full: str = FAIL

    def to_json(self) -> dict[str, Any]:
        """The usual outcome is left out: flows from before there were others keep their hashes."""
        said = {"name": self.name, "capacity": self.capacity}
        return said if self.when_full == FAIL else {**said, "when_full": self.when_full}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SlotSpec:
        return cls(data["name"], data["capacity"], data.get("when_full", FAIL))


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSpec:
    """One node with its effective values. `config_text` is canonical JSON, parsed anew for each activation."""

    id: str
    class_key: str
    config_text: str = "{}"
    slots: tuple[SlotSpec, ...] = ()
    events: tuple[str, ...] = ()
    policy: Mapping[str, Any] | None = None
    logic: str | None = None
    error_handler: Mapping[str, Any] | None = None
    timeout: float | None = None
    pure: bool = False
    atomic: bool = False
    _around_id: tuple[str, str] | None = field(default=None, repr=False, compare=False)

    @property
    def canonical(self) -> str:
        """The canonical text of `to_json`. What stands around the id is kept: many nodes differ in nothing else."""
        around = self._around_id
        if around is None:
            around = _text_around(self.to_json(), "id")
            object.__setattr__(self, "_around_id", around)
        return strict_json.canonical(self.id).join(around)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "class": self.class_key,
            "config": strict_json.loads(self.config_text),
            "slots": [slot.to_json() for slot in self.slots],
            "events": list(self.events),
            "policy": self.policy,
            "logic": self.logic,
            "error_handler": self.error_handler,
            "timeout": self.timeout,
            "pure": self.pure,
            "atomic": self.atomic,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> NodeSpec:
        return cls(
            id=data["id"],
            class_key=data["class"],
            config_text=strict_json.canonical(data["config"]),
            slots=tuple(SlotSpec.from_json(slot) for slot in data["slots"]),
            events=tuple(data["events"]),
            policy=data["policy"],
            logic=data["logic"],
            error_handler=data["error_handler"],
            timeout=data["timeout"],
            pure=data["pure"],
            atomic=data["atomic"],
        )


@dataclass(frozen=True, slots=True, order=True)
class ConnectionSpec:
    """An event of one node leads to a slot of another (or of the same) node."""

    source: str
    event: str
    target: str
    slot: str

    def __str__(self) -> str:
        return f"{self.source}.{self.event} -> {self.target}.{self.slot}"


@dataclass(frozen=True, slots=True)
class Port:
    """A slot of a node, written `node.slot`."""

    node: str
    slot: str

    def __str__(self) -> str:
        return f"{self.node}.{self.slot}"

    @classmethod
    def parse(cls, text: str) -> Port:
        node, _, slot = text.partition(".")
        return cls(node, slot)


@dataclass(frozen=True, kw_only=True)
class FlowSpec:
    """A resolved flow. Nodes and connections are sorted, so that equal flows have equal canonical text and hash."""

    nodes: Mapping[str, NodeSpec]
    connections: tuple[ConnectionSpec, ...]
    entry: Port | None = None
    max_workers: int | None = None
    timeout: float | None = None
    error_handler: Mapping[str, Any] | None = None
    max_attempts: int = DEFAULT_MAX_ATTEMPTS
    keep_open: bool = False
    input_schema: Mapping[str, Any] | None = None
    concurrency: Mapping[str, Any] | None = None
    rate_limit: Mapping[str, Any] | None = None
    _targets: dict[tuple[str, str], tuple[Port, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        targets: dict[tuple[str, str], tuple[Port, ...]] = {}
        for c in self.connections:
            key = (c.source, c.event)
            targets[key] = (*targets.get(key, ()), Port(c.target, c.slot))
        object.__setattr__(self, "_targets", targets)

    def targets(self, node: str, event: str) -> tuple[Port, ...]:
        """The slots that `event` of `node` reaches, in connection order; empty when it leaves the flow as a result."""
        return self._targets.get((node, event), ())

    @property
    def ports(self) -> list[Port]:
        """Every slot of every node."""
        return [Port(node.id, slot.name) for node in self.nodes.values() for slot in node.slots]

    @cached_property
    def canonical(self) -> str:
        """`strict_json.canonical(self.to_json())`, put together from the texts of its nodes."""
        nodes = ",".join(self.nodes[key].canonical for key in sorted(self.nodes))
        return f"[{nodes}]".join(_text_around(self._without_nodes(), "nodes"))

    @cached_property
    def hash(self) -> str:
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        return {**self._without_nodes(), "nodes": [self.nodes[key].to_json() for key in sorted(self.nodes)]}

    def _without_nodes(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "connections": [[c.source, c.event, c.target, c.slot] for c in sorted(self.connections)],
            "entry": str(self.entry) if self.entry else None,
            "max_workers": self.max_workers,
            "timeout": self.timeout,
            "error_handler": self.error_handler,
            "max_attempts": self.max_attempts,
            "keep_open": self.keep_open,
            "input_schema": self.input_schema,
            # Only where they are set: flows from before there were limits keep their hashes.
            **{name: value for name in LIMITS if (value := getattr(self, name)) is not None},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FlowSpec:
        nodes = [NodeSpec.from_json(node) for node in data["nodes"]]
        return cls(
            nodes={node.id: node for node in sorted(nodes, key=lambda node: node.id)},
            connections=tuple(sorted(ConnectionSpec(*row) for row in data["connections"])),
            entry=Port.parse(data["entry"]) if data["entry"] else None,
            max_workers=data["max_workers"],
            timeout=data["timeout"],
            error_handler=data["error_handler"],
            max_attempts=data["max_attempts"],
            keep_open=data["keep_open"],
            input_schema=data["input_schema"],
            **{name: data.get(name) for name in LIMITS},
        )
