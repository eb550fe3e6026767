"""The order of the vertices within their ranks: the best of some barycentre sweeps to and fro."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence

from templates_app.graph.mesh import Link, Mesh

SWEEPS = 10
# Swapping neighbours tidies what sweeps leave; it costs too much where nobody could follow the lines anyway.
MAX_LINKS_TO_SWAP = 400

Layers = list[list[int]]


class Orderer:
    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.arriving, self.leaving = mesh.sides()
        self.position = [0] * len(mesh.rank)
        self.attached = _attached(mesh)
        self.layers = mesh.ranks()
        self._begin()

    def best(self) -> Layers:
        best, fewest = self._copy(), self._crossings()
        for sweep in range(SWEEPS):
            if not fewest:
                break
            self._sweep(rightwards=sweep % 2 == 0)
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = self._copy(), crossings
        return best

    def _begin(self) -> None:
        seen = {vertex: place for place, vertex in enumerate(self._first_visits())}
        for rank, layer in enumerate(self.layers):
            self._settle(rank, sorted(layer, key=seen.__getitem__))

    def _first_visits(self) -> list[int]:
        seen: dict[int, None] = {}
        roots = [vertex for vertex in range(len(self.mesh.rank)) if not self.arriving[vertex]]
        stack = roots[::-1]
        while stack:
            vertex = stack.pop()
            if vertex not in seen:
                seen[vertex] = None
                links = sorted(self.leaving[vertex], key=lambda link: link.leave)
                stack.extend(link.b for link in reversed(links))
        return list(seen)

    def _settle(self, rank: int, order: Iterable[int]) -> None:
        free = [vertex for vertex in order if vertex not in self.mesh.anchors]
        layer = [vertex for box in free for vertex in (box, *self.attached.get(box, ()))]
        self.layers[rank] = layer
        for place, vertex in enumerate(layer):
            self.position[vertex] = place

    def _sweep(self, *, rightwards: bool) -> None:
        ranks = range(len(self.layers)) if rightwards else range(len(self.layers) - 1, -1, -1)
        for rank in ranks:
            keys = {vertex: self._pull(vertex, rightwards) for vertex in self.layers[rank]}
            self._settle(rank, sorted(self.layers[rank], key=keys.__getitem__))
        if len(self.mesh.links) <= MAX_LINKS_TO_SWAP:
            for rank in ranks:
                self._swap(rank)

    def _pull(self, vertex: int, rightwards: bool) -> float:
        links = self.arriving[vertex] if rightwards else self.leaving[vertex]
        if not links:
            return self.position[vertex]
        height = self.mesh.heights
        if rightwards:
            return sum(self.position[k.a] + k.leave / (height[k.a] + 1) for k in links) / len(links)
        return sum(self.position[k.b] + k.arrive / (height[k.b] + 1) for k in links) / len(links)

    def _swap(self, rank: int) -> None:
        layer = [vertex for vertex in self.layers[rank] if vertex not in self.mesh.anchors]
        for index in range(len(layer) - 1):
            upper, lower = layer[index : index + 2]
            if self._conflicts(upper, lower) > self._conflicts(lower, upper):
                layer[index : index + 2] = lower, upper
        self._settle(rank, layer)

    def _conflicts(self, upper: int, lower: int) -> int:
        """Crossings between the links of two neighbours of a rank, standing in this order."""
        above, below = map(self._left, self.arriving[upper]), map(self._left, self.arriving[lower])
        left = _inversions(above, below)
        above, below = map(self._right, self.leaving[upper]), map(self._right, self.leaving[lower])
        return left + _inversions(above, below)

    def _left(self, link: Link) -> tuple[int, float]:
        return self.position[link.a], link.leave

    def _right(self, link: Link) -> tuple[int, float]:
        return self.position[link.b], link.arrive

    def _crossings(self) -> int:
        total = 0
        for layer in self.layers:
            links = sorted((self._left(k), self._right(k)) for vertex in layer for k in self.leaving[vertex])
            seen: list[tuple[int, float]] = []
            for _, end in links:
                total += len(seen) - bisect_right(seen, end)
                insort(seen, end)
        return total

    def _copy(self) -> Layers:
        return [list(layer) for layer in self.layers]


def _attached(mesh: Mesh) -> dict[int, list[int]]:
    attached: dict[int, list[int]] = {}
    for bend, box in mesh.anchors.items():
        attached.setdefault(box, []).append(bend)
    return attached


def _inversions(upper: Iterable[tuple[int, float]], lower: Iterable[tuple[int, float]]) -> int:
    ends: Sequence[tuple[int, float]] = sorted(upper)
    return sum(len(ends) - bisect_right(ends, end) for end in lower)
