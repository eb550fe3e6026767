"""A layered layout, left to right: boxes stand in columns by rank, wires run between the columns and between the boxes.

Pure and deterministic: equal input gives equal output, whatever the order of dictionaries or the hash seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from templates_app.graph import positions, ranks
from templates_app.graph.mesh import Mesh, Span, weave
from templates_app.graph.ordering import Orderer
from templates_app.graph.shapes import Box, Layout, Place, Point, Route, Wire

COLUMN_GAP = 64.0
MAX_EXTRA_GAP = 96.0
PART_GAP = 48.0
SHELF_WIDTH = 1200.0


def arrange(boxes: Sequence[Box], wires: Sequence[Wire], first: Iterable[str] = ()) -> Layout:
    """Places every box and routes every wire. A cycle is read from one of the ids in `first`.

    Raises KeyError when a wire names a box that is not there.
    """
    index = {box.id: number for number, box in enumerate(boxes)}
    edges = [(index[wire.source], index[wire.target]) for wire in wires]
    start = [index[name] for name in first]
    back = ranks.back_edges(len(boxes), edges, start)
    groups = ranks.components(len(boxes), edges)
    owner = {vertex: number for number, group in enumerate(groups) for vertex in group}
    members: list[dict[int, Wire]] = [{} for _ in groups]
    for number, wire in enumerate(wires):
        members[owner[edges[number][0]]][number] = wire
    parts = [_Part([boxes[v] for v in group], own, back) for group, own in zip(groups, members, strict=True)]
    parts.sort(key=lambda part: (part.index.keys().isdisjoint(boxes[v].id for v in start), -len(part.boxes)))
    return _shelve(parts, len(wires))


class _Part:
    """One connected part of the graph, laid out for itself with its corner at 0, 0. Wires keep their number."""

    def __init__(self, boxes: Sequence[Box], wires: Mapping[int, Wire], back: frozenset[int]) -> None:
        self.boxes, self.wires, self.back = boxes, wires, back
        self.index = {box.id: number for number, box in enumerate(boxes)}
        self.rank = self._rank()
        self.mesh = self._mesh()
        self.tops = positions.tops(self.mesh, Orderer(self.mesh).best())
        self.columns = _columns(self.mesh, boxes, self.tops)
        self.width = max(column.end for column in self.columns)
        self.height = max(top + height for top, height in zip(self.tops, self.mesh.heights, strict=True))

    def _edge(self, number: int) -> ranks.Edge:
        wire = self.wires[number]
        return self.index[wire.source], self.index[wire.target]

    def _rank(self) -> list[int]:
        forward = [self._edge(number) for number in self.wires if number not in self.back]
        return ranks.longest_paths(len(self.boxes), forward)

    def _mesh(self) -> Mesh:
        spans = [
            Span(number, self._edge(number), wire.exit, wire.entrance, number in self.back)
            for number, wire in self.wires.items()
        ]
        return weave(self.rank, [box.height for box in self.boxes], spans)

    def places(self) -> dict[str, Place]:
        return {box.id: self._place(number) for number, box in enumerate(self.boxes)}

    def _place(self, vertex: int) -> Place:
        column = self.columns[self.rank[vertex]]
        return Place(column.x, self.tops[vertex], column.width, self.boxes[vertex].height, self.rank[vertex])

    def routes(self) -> dict[int, Route]:
        return {number: self._route(number) for number in self.wires}

    def _route(self, number: int) -> Route:
        a, b = self._edge(number)
        wire, loop = self.wires[number], number in self.back
        source, target = self._place(a), self._place(b)
        points = [Point(source.x + source.width, source.y + wire.exit)]
        points.append(Point(self.columns[source.rank].end, points[0].y))
        bends = self.mesh.chains.get(number, [])
        for bend in reversed(bends) if loop else bends:
            points.extend(self._pass(bend, loop))
        points.extend([Point(target.x, target.y + wire.entrance)] * 2)
        return Route(tuple(points), loop)

    def _pass(self, bend: int, loop: bool) -> tuple[Point, Point]:
        column, y = self.columns[self.mesh.rank[bend]], self.tops[bend]
        left, right = Point(column.x, y), Point(column.end, y)
        return (right, left) if loop else (left, right)


@dataclass(frozen=True, slots=True)
class _Column:
    x: float
    width: float
    after: float

    @property
    def end(self) -> float:
        """Where wires may begin to leave the horizontal."""
        return self.x + self.width + self.after


def _columns(mesh: Mesh, boxes: Sequence[Box], tops: Sequence[float]) -> list[_Column]:
    gaps = _gaps(mesh, tops)
    columns: list[_Column] = []
    x = 0.0
    for rank, layer in enumerate(mesh.ranks()):
        members = [boxes[vertex] for vertex in layer if mesh.is_box(vertex)]
        width, after = max(box.width for box in members), max(box.after for box in members)
        columns.append(_Column(x, width, after))
        x = columns[-1].end + gaps[rank]
    return columns


def _gaps(mesh: Mesh, tops: Sequence[float]) -> list[float]:
    """Steep wires need room to swing; without it they cling to the boxes."""
    steepest = [0.0] * (max(mesh.rank) + 1)
    for link in mesh.links:
        climb = abs(tops[link.a] + link.leave - tops[link.b] - link.arrive)
        steepest[mesh.rank[link.a]] = max(steepest[mesh.rank[link.a]], climb)
    return [COLUMN_GAP + min(MAX_EXTRA_GAP, climb // 5) for climb in steepest]


def _shelve(parts: Sequence[_Part], wires: int) -> Layout:
    limit = max([SHELF_WIDTH, *(part.width for part in parts)])
    places: dict[str, Place] = {}
    routes: dict[int, Route] = {}
    x = y = width = shelf = 0.0
    for part in parts:
        if x and x + part.width > limit:
            x, y, shelf = 0.0, y + shelf + PART_GAP, 0.0
        places.update((name, place.moved(x, y)) for name, place in part.places().items())
        routes.update((number, route.moved(x, y)) for number, route in part.routes().items())
        width, shelf = max(width, x + part.width), max(shelf, part.height)
        x += part.width + PART_GAP
    return Layout(width, y + shelf, places, tuple(routes[number] for number in range(wires)))
