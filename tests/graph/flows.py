"""Flows to draw: a way to write one down, and strategies for any flow, also such as nobody should write."""

from __future__ import annotations

from hypothesis import strategies as st

from templates_app.spec import ConnectionSpec, FlowSpec, NodeSpec, Port, SlotSpec

IDENTIFIERS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)
HOSTILE = st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "a&b",
        "]]>",
        "<!--",
        "\x00\x1b",
        "\ud800",
        "\u202eabc",
    ]
)
NAMES = IDENTIFIERS | HOSTILE | st.text(max_size=12)


def node(name: str, slots: str = "input", events: str = "output", *, kind: str = "mapper") -> NodeSpec:
    ports = tuple(SlotSpec(slot) for slot in slots.split())
    return NodeSpec(id=name, class_key=kind, slots=ports, events=tuple(events.split()))


def flow(nodes: list[NodeSpec], *connections: str, entry: str | None = None) -> FlowSpec:
    """Connections are written `a.output b.input`."""
    rows = tuple(ConnectionSpec(*text.replace(".", " ").split()) for text in connections)
    return FlowSpec(nodes={n.id: n for n in nodes}, connections=rows, entry=Port.parse(entry) if entry else None)


@st.composite
def nodes(draw: st.DrawFn, name: str) -> NodeSpec:
    slots = draw(st.lists(NAMES, max_size=3, unique=True))
    events = draw(st.lists(NAMES, max_size=3, unique=True))
    ports = tuple(SlotSpec(slot) for slot in slots)
    return NodeSpec(id=name, class_key=draw(NAMES), slots=ports, events=tuple(events))


@st.composite
def flows(draw: st.DrawFn) -> FlowSpec:
    """Any graph at all: loops, several connections between two nodes, islands, nodes and ports that are not there."""
    names = draw(st.lists(NAMES, max_size=8, unique=True))
    ends = st.sampled_from(names) if names else NAMES
    connection = st.builds(ConnectionSpec, ends | NAMES, NAMES, ends | NAMES, NAMES)
    return FlowSpec(
        nodes={name: draw(nodes(name)) for name in names},
        connections=tuple(draw(st.lists(connection, max_size=14))),
        entry=draw(st.none() | st.builds(Port, ends, NAMES)),
    )
