"""A ranked graph cut into links between neighbouring ranks; where a wire passes a rank, a bend stands for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from templates_app.graph.ranks import Edge

# Bends cost time and canvas: past this many, the longest wires run straight, behind the boxes.
MAX_BENDS = 6_000


@dataclass(frozen=True, slots=True)
class Link:
    """From vertex `a` to vertex `b` of the next rank, leaving and arriving at these offsets from their tops."""

    a: int
    b: int
    leave: float = 0.0
    arrive: float = 0.0


@dataclass(slots=True)
class Mesh:
    """Vertices below `count` are boxes, the others bends. `chains` holds the bends of each edge, from left to right."""

    count: int
    rank: list[int]
    heights: list[float]
    links: list[Link] = field(default_factory=list)
    chains: dict[int, list[int]] = field(default_factory=dict)
    anchors: dict[int, int] = field(default_factory=dict)  # the end of a loop stays with the box that it turns around

    def is_box(self, vertex: int) -> bool:
        return vertex < self.count

    def ranks(self) -> list[list[int]]:
        layers: list[list[int]] = [[] for _ in range(max(self.rank) + 1)]
        for vertex, rank in enumerate(self.rank):
            layers[rank].append(vertex)
        return layers

    def sides(self) -> tuple[list[list[Link]], list[list[Link]]]:
        """For each vertex the links that arrive from the left, and those that leave to the right."""
        arriving: list[list[Link]] = [[] for _ in self.rank]
        leaving: list[list[Link]] = [[] for _ in self.rank]
        for link in self.links:
            arriving[link.b].append(link)
            leaving[link.a].append(link)
        return arriving, leaving

    def add_bends(self, first: int, last: int) -> list[int]:
        """One bend for each rank from `first` to `last`, both included, linked to each other."""
        bends = list(range(len(self.rank), len(self.rank) + last - first + 1))
        self.rank.extend(range(first, last + 1))
        self.heights.extend(0.0 for _ in bends)
        self.links.extend(Link(a, b) for a, b in pairwise(bends))
        return bends


@dataclass(frozen=True, slots=True)
class Span:
    """An edge with the offsets of its ports, and whether it leads back."""

    index: int
    edge: Edge
    leave: float
    arrive: float
    loop: bool


def weave(rank: list[int], heights: list[float], spans: Sequence[Span]) -> Mesh:
    mesh = Mesh(len(rank), list(rank), list(heights))
    left = MAX_BENDS
    for span in sorted(spans, key=lambda span: (_length(rank, span), span.index)):
        left -= _length(rank, span)
        if left < 0:
            break
        (_add_loop if span.loop else _add_forward)(mesh, span)
    return mesh


def _length(rank: Sequence[int], span: Span) -> int:
    a, b = span.edge
    return rank[a] - rank[b] + 1 if span.loop else rank[b] - rank[a] - 1


def _add_forward(mesh: Mesh, span: Span) -> None:
    a, b = span.edge
    bends = mesh.add_bends(mesh.rank[a] + 1, mesh.rank[b] - 1)
    mesh.chains[span.index] = bends
    if not bends:
        mesh.links.append(Link(a, b, span.leave, span.arrive))
        return
    mesh.links.append(Link(a, bends[0], leave=span.leave))
    mesh.links.append(Link(bends[-1], b, arrive=span.arrive))


def _add_loop(mesh: Mesh, span: Span) -> None:
    a, b = span.edge
    bends = mesh.add_bends(mesh.rank[b], mesh.rank[a])
    mesh.chains[span.index] = bends
    mesh.anchors[bends[0]] = b
    mesh.anchors[bends[-1]] = a
