"""Specs to compare: a way to write one down, strategies for any valid one, and every mutation of one setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from routilux_site.lib import strict_json
from templates_app.spec import ConnectionSpec, FlowSpec, NodeSpec, Port, SlotSpec

NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,5}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3))
OBJECTS = st.dictionaries(NAMES | TEXTS, JSON, max_size=4)
_BATCH: dict[str, Any] = {"type": "batch_size", "min_batch_size": 3}
POLICIES: st.SearchStrategy[Mapping[str, Any] | None] = st.sampled_from([None, {"type": "immediate"}, _BATCH])
HANDLERS = st.none() | st.builds(lambda n: {"strategy": "retry", "max_retries": n}, st.integers(0, 5))


def node(name: str, kind: str = "mapper", *, config: dict[str, Any] | None = None, **fields: Any) -> NodeSpec:
    ports = {"slots": (SlotSpec("input"), SlotSpec("more")), "events": ("output", "failed")}
    return NodeSpec(id=name, class_key=kind, config_text=strict_json.canonical(config or {}), **{**ports, **fields})


def flow(nodes: list[NodeSpec], *connections: str, entry: str | None = None, **settings: Any) -> FlowSpec:
    """Connections are written `a.output b.input`."""
    rows = tuple(sorted(ConnectionSpec(*text.replace(".", " ").split()) for text in connections))
    start = Port.parse(entry) if entry else None
    return FlowSpec(nodes={n.id: n for n in nodes}, connections=rows, entry=start, **settings)


@st.composite
def nodes(draw: st.DrawFn, name: str) -> NodeSpec:
    slots = draw(st.lists(NAMES, max_size=3, unique=True))
    return NodeSpec(
        id=name,
        class_key=draw(st.sampled_from(["mapper", "filter"])),
        config_text=strict_json.canonical(draw(OBJECTS)),
        slots=tuple(SlotSpec(slot, draw(st.integers(1, 3))) for slot in slots),
        events=tuple(draw(st.lists(NAMES, max_size=3, unique=True))),
        policy=draw(POLICIES),
        logic=draw(st.none() | NAMES),
        error_handler=draw(HANDLERS),
        timeout=draw(st.none() | st.sampled_from([1.0, 2.0])),
        pure=draw(st.booleans()),
        atomic=draw(st.booleans()),
    )


@st.composite
def flows(draw: st.DrawFn) -> FlowSpec:
    names = draw(st.lists(st.sampled_from("abcdefgh"), max_size=5, unique=True))
    ends = st.sampled_from(names) if names else st.nothing()
    ports = st.sampled_from(["x", "y"])
    connection = st.builds(ConnectionSpec, ends, ports, ends, ports)
    return FlowSpec(
        nodes={name: draw(st.sampled_from([node(name), node(name, "filter")]) | nodes(name)) for name in sorted(names)},
        connections=tuple(sorted(draw(st.lists(connection, max_size=8, unique=True)) if names else [])),
        entry=draw(st.none() | st.builds(Port, ends, ports)) if names else None,
        max_workers=draw(st.none() | st.integers(1, 3)),
        error_handler=draw(HANDLERS),
        keep_open=draw(st.booleans()),
        input_schema=draw(st.none() | OBJECTS),
    )


def renamed(spec: FlowSpec, names: dict[str, str]) -> FlowSpec:
    """The same flow with other names for some of its nodes."""
    entry = spec.entry and Port(names.get(spec.entry.node, spec.entry.node), spec.entry.slot)
    ends = [replace(c, source=names.get(c.source, c.source)) for c in spec.connections]
    return replace(
        spec,
        nodes={names.get(name, name): replace(n, id=names.get(name, name)) for name, n in spec.nodes.items()},
        connections=tuple(sorted(replace(c, target=names.get(c.target, c.target)) for c in ends)),
        entry=entry,
    )
