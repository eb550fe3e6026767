"""A flow as SVG, drawn on the server: no script, no inline style; colours come from graph.css."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from templates_app.graph import nodes
from templates_app.graph.cards import Card, cards
from templates_app.graph.layout import arrange
from templates_app.graph.looks import WIRE_LOOKS, NodeLook
from templates_app.graph.markup import Markup, element, text
from templates_app.graph.shapes import Box, Layout, Place, Point, Route, Wire
from templates_app.graph.table import results
from templates_app.spec import ConnectionSpec, FlowSpec

SIDE, TOP = 36.0, 24.0
EMPTY_WIDTH = 88.0
STUB, PILL_HEIGHT = 18.0, 18.0
ENTRY_WIDTH, RESULT_WIDTH = 52.0, 54.0
TURN = 44.0
# Drawings up to this width may shrink with the page, but only so far that their text stays legible.
SHRINK, STEP, WIDEST = 0.85, 80, 1280
TOLD = 12

_ENTRY = "entry"


def draw(
    spec: FlowSpec,
    *,
    looks: Mapping[str, NodeLook] | None = None,
    wires: Mapping[ConnectionSpec, str] | None = None,
    title: str = "",
) -> str:
    """The flow as an `<svg>` inside the `<div>` that scrolls it. Safe to show as it is: every name in it is escaped.

    With `looks` each node has a line for its status, also those that `looks` does not mention, so that the picture
    keeps its shape while a job moves on. `wires` gives single connections one of WIRE_LOOKS.
    """
    drawn = cards(spec, with_status=looks is not None)
    paths, links = _wires(spec, drawn)
    layout = arrange(_boxes(spec, drawn), paths, [_ENTRY] if spec.entry else [])
    layers = [_edges(layout, links, wires or {}), _pills(spec, drawn, layout), _nodes(drawn, layout, looks)]
    if not drawn:
        layout = Layout(EMPTY_WIDTH, PILL_HEIGHT, {}, ())
        layers = [element("text", text("No nodes yet"), class_="fg-none", y=14)]
    return _frame(layers, layout, title or _title(spec), _description(spec, looks))


def _box_id(node: str) -> str:
    return f"node {node}"


def _boxes(spec: FlowSpec, drawn: Mapping[str, Card]) -> list[Box]:
    entry = [Box(_ENTRY, ENTRY_WIDTH, PILL_HEIGHT)] if spec.entry else []
    after = STUB + RESULT_WIDTH
    return entry + [Box(_box_id(c.id), c.width, c.height, after if c.results else 0.0) for c in drawn.values()]


def _wires(spec: FlowSpec, drawn: Mapping[str, Card]) -> tuple[list[Wire], list[ConnectionSpec | None]]:
    """In the order of the ports, since that is the order in which the graph is read; None stands for the entry."""
    wires, links = list[Wire](), list[ConnectionSpec | None]()
    if spec.entry:
        entrance = drawn[spec.entry.node].slot_y(spec.entry.slot)
        wires.append(Wire(_ENTRY, _box_id(spec.entry.node), PILL_HEIGHT / 2, entrance))
        links.append(None)
    outgoing: dict[tuple[str, str], list[ConnectionSpec]] = {}
    for connection in spec.connections:
        outgoing.setdefault((connection.source, connection.event), []).append(connection)
    for card in drawn.values():
        for port in card.events:
            for c in outgoing.get((card.id, port.name), ()):
                entrance = drawn[c.target].slot_y(c.slot)
                wires.append(Wire(_box_id(c.source), _box_id(c.target), port.y, entrance))
                links.append(c)
    return wires, links


def _edges(layout: Layout, links: Iterable[ConnectionSpec | None], looks: Mapping[ConnectionSpec, str]) -> Markup:
    shown = [
        _edge(route, link, looks.get(link, "") if link else "")
        for route, link in zip(layout.routes, links, strict=True)
    ]
    return element("g", *shown, class_="fg-edges", fill="none", stroke="currentColor", aria_hidden="true")


def _edge(route: Route, link: ConnectionSpec | None, look: str) -> Markup:
    if link is None:
        return element("path", class_="fg-edge fg-edge-entry", d=_path(route))
    kind = (" fg-loop" if route.loop else "") + (f" fg-edge-{look}" if look in WIRE_LOOKS else "")
    told = f"{link} ({look})" if look in WIRE_LOOKS else str(link)
    return element("path", element("title", text(told)), class_=f"fg-edge{kind}", d=_path(route))


def _path(route: Route) -> str:
    first, last = route.points[0], len(route.points) - 3
    parts = [f"M{first.x:g} {first.y:g}"]
    for number, (a, b) in enumerate(pairwise(route.points)):
        if number % 2 == 0:
            parts.append(f"H{b.x:g}" if a != b else "")
        elif route.loop and number in (1, last):
            parts.append(_turn(a, b, TURN if number == 1 else -TURN))
        else:
            parts.append(_curve(a, b))
    return "".join(parts)


def _curve(a: Point, b: Point) -> str:
    middle = (a.x + b.x) / 2
    return f"H{b.x:g}" if a.y == b.y else f"C{middle:g} {a.y:g} {middle:g} {b.y:g} {b.x:g} {b.y:g}"


def _turn(a: Point, b: Point, reach: float) -> str:
    return f"C{a.x + reach:g} {a.y:g} {b.x + reach:g} {b.y:g} {b.x:g} {b.y:g}"


def _pills(spec: FlowSpec, drawn: Mapping[str, Card], layout: Layout) -> Markup:
    shown = list(_result_pills(drawn, layout))
    if spec.entry:
        place = layout.places[_ENTRY]
        shown.insert(0, _pill("entry", place.x + place.width - ENTRY_WIDTH, place.y, ENTRY_WIDTH))
    return element("g", *shown, class_="fg-pills") if shown else Markup("")


def _result_pills(drawn: Mapping[str, Card], layout: Layout) -> Iterator[Markup]:
    for card in drawn.values():
        place = layout.places[_box_id(card.id)]
        for port in card.results:
            x, y = place.x + place.width, place.y + port.y
            yield element("path", class_="fg-stub", fill="none", stroke="currentColor", d=f"M{x:g} {y:g}h{STUB:g}")
            yield _pill("result", x + STUB, y - PILL_HEIGHT / 2, RESULT_WIDTH)


def _pill(word: str, x: float, y: float, width: float) -> Markup:
    shape = element("rect", width=width, height=PILL_HEIGHT, rx=PILL_HEIGHT / 2, fill="none", stroke="currentColor")
    label = element("text", text(word), x=width / 2, y=PILL_HEIGHT / 2 + 4, text_anchor="middle")
    return element("g", shape, label, class_=f"fg-pill fg-{word}", transform=f"translate({x:g} {y:g})")


def _nodes(drawn: Mapping[str, Card], layout: Layout, looks: Mapping[str, NodeLook] | None) -> Markup:
    shown = [_node(card, layout.places[_box_id(card.id)], looks) for card in drawn.values()]
    return element("g", *shown, class_="fg-nodes") if shown else Markup("")


def _node(card: Card, place: Place, looks: Mapping[str, NodeLook] | None) -> Markup:
    look = None if looks is None else looks.get(card.id, NodeLook())
    return nodes.node(card, place, look)


def _title(spec: FlowSpec) -> str:
    return f"Flow of {_count(len(spec.nodes), 'node')} and {_count(len(spec.connections), 'connection')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _description(spec: FlowSpec, looks: Mapping[str, NodeLook] | None) -> str:
    said = [f"{_title(spec)}, drawn from left to right."]
    if spec.entry:
        said.append(f"Starts at {spec.entry}.")
    if ends := results(spec):
        said.append(f"Results: {_listed([f'{row.source}.{row.event}' for row in ends])}.")
    if looks:
        counts = Counter(looks[name].word for name in spec.nodes if name in looks)
        said.append(f"Status: {_listed([f'{many} {word.lower()}' for word, many in counts.items()])}.")
    return " ".join(said)


def _listed(names: list[str]) -> str:
    rest = len(names) - TOLD
    return ", ".join(names[:TOLD]) + (f" and {rest} more" if rest > 0 else "")


def _frame(layers: Iterable[Markup], layout: Layout, title: str, description: str) -> str:
    shown = Markup("".join(layers))
    uid = hashlib.blake2s(f"{title}{description}{shown}".encode(errors="replace"), digest_size=4).hexdigest()
    width, height = layout.width + 2 * SIDE, layout.height + 2 * TOP
    svg = element(
        "svg",
        element("title", text(title), id=f"fg-{uid}-title"),
        element("desc", text(description), id=f"fg-{uid}-desc"),
        element("g", shown, transform=f"translate({SIDE:g} {TOP:g})"),
        xmlns="http://www.w3.org/2000/svg",
        class_=f"fg {_least_width(width)}",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        # An image has no inner parts for a screen reader, so links in it would be out of its reach.
        role="group" if "<a " in shown else "img",
        aria_labelledby=f"fg-{uid}-title",
        aria_describedby=f"fg-{uid}-desc",
    )
    return element("div", svg, class_="fg-scroll", role="region", tabindex=0, aria_labelledby=f"fg-{uid}-title")


def _least_width(width: float) -> str:
    step = int(width * SHRINK) // STEP * STEP
    return "fg-fixed" if step > WIDEST else f"fg-min-{max(step, STEP)}"
