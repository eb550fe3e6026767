"""The box of one node: its name and class on top, its ports in the middle, its status at the bottom."""

from __future__ import annotations

from collections.abc import Iterator

from templates_app.graph.cards import (
    CLASS_CHARS,
    FOOT,
    HEAD,
    MARGIN,
    NAME_CHARS,
    PORT_CHARS,
    Card,
    PortMark,
    cells,
    sans,
    short,
)
from templates_app.graph.looks import STATUSES, NodeLook
from templates_app.graph.markup import Markup, element, safe_href, text
from templates_app.graph.shapes import Place

CORNER = 10.0
FOOT_SIZE, BADGE_CHARS = 12.0, 12
INSET = 1.25


def node(card: Card, place: Place, look: NodeLook | None) -> Markup:
    """A node with `look` has a line for its status, one without has none."""
    parts = [_label(card, look), *_card(card, place), *_ports(card, place)]
    if look:
        parts += _status(look, place)
    href = safe_href(look.href) if look else None
    body = [element("a", *parts, class_="fg-link", href=href, aria_label=_told(card, look))] if href else parts
    names = ["fg-node", *([look.known_status] if look else []), *(["fg-missing"] if card.missing else [])]
    return element(
        "g", *body, class_=" ".join(names), data_node=card.id, transform=f"translate({place.x:g} {place.y:g})"
    )


def _told(card: Card, look: NodeLook | None) -> str:
    told = [card.id, card.kind, *([card.note] if card.note else [])]
    if look:
        told.append(f"{look.word} {look.badge}".strip())
    return ", ".join(told)


def _label(card: Card, look: NodeLook | None) -> Markup:
    return element("title", text(_told(card, look)))


def _card(card: Card, place: Place) -> Iterator[Markup]:
    width, height = place.width, place.height
    ring = {"width": width + 8, "height": height + 8, "rx": CORNER + 4}
    yield element("rect", class_="fg-ring", x=-4, y=-4, fill="none", **ring)
    yield element("rect", class_="fg-card", width=width, height=height, rx=CORNER, fill="none", stroke="currentColor")
    yield element("text", text(short(card.id, NAME_CHARS)), class_="fg-name", x=MARGIN, y=23)
    yield element("text", text(short(card.kind, CLASS_CHARS)), class_="fg-class", x=MARGIN, y=40)
    if card.slots or card.events:
        yield element("path", class_="fg-rule", d=f"M0.5 {HEAD:g}H{width - 0.5:g}")


def _ports(card: Card, place: Place) -> Iterator[Markup]:
    for port in card.slots:
        shape = element("path", class_="fg-slot", d=f"M-5 {port.y - 5:g}L4 {port.y:g}L-5 {port.y + 5:g}Z")
        yield _port(port, shape, x=MARGIN, anchor="start")
    for port in card.events:
        shape = element("circle", class_="fg-event", cx=place.width, cy=port.y, r=4.5)
        yield _port(port, shape, x=place.width - MARGIN, anchor="end")


def _port(port: PortMark, shape: Markup, *, x: float, anchor: str) -> Markup:
    kind = "fg-port" + (" fg-missing" if port.missing else "") + ("" if port.connected else " fg-open")
    label = element("text", text(short(port.name, PORT_CHARS)), x=x, y=port.y + 4, text_anchor=anchor)
    told = f"{port.name} (missing)" if port.missing else port.name
    return element("g", element("title", text(told)), shape, label, class_=kind)


def _status(look: NodeLook, place: Place) -> Iterator[Markup]:
    middle = place.height - FOOT / 2
    yield element("path", class_="fg-foot", d=_foot(place), fill="none")
    icon = element("path", d=STATUSES[look.known_status].icon, fill="none", stroke="currentColor")
    yield element("g", icon, class_="fg-icon", transform=f"translate({MARGIN + 6:g} {middle:g})")
    badge = short(look.badge, BADGE_CHARS)
    room = place.width - MARGIN - 20 - 12 - (_badge_width(badge) + 6 if badge else 0)
    word = _fitting(look.word, room)
    yield element("text", text(word), class_="fg-word", x=MARGIN + 20, y=middle + 4.5)
    if badge:
        yield _badge(badge, right=place.width - 8, middle=middle)


def _foot(place: Place) -> str:
    """The bottom of the card, inside of its border."""
    left, right, bottom, radius = INSET, place.width - INSET, place.height - INSET, CORNER - INSET
    corner = f"a{radius:g} {radius:g} 0 0 1 {-radius:g}"
    sides = f"M{left:g} {place.height - FOOT:g}H{right:g}V{bottom - radius:g}"
    return f"{sides}{corner} {radius:g}H{left + radius:g}{corner} {-radius:g}Z"


def _fitting(word: str, room: float) -> str:
    limit = cells(word)
    while limit > 3 and sans(short(word, limit), FOOT_SIZE) > room:
        limit -= 1
    return short(word, limit)


def _badge_width(badge: str) -> float:
    return max(20.0, sans(badge, FOOT_SIZE) + 12)


def _badge(badge: str, *, right: float, middle: float) -> Markup:
    width = _badge_width(badge)
    shape = element("rect", x=right - width, y=middle - 9, width=width, height=18, rx=9, fill="none")
    label = element("text", text(badge), x=right - width / 2, y=middle + 4, text_anchor="middle")
    return element("g", shape, label, class_="fg-badge")
