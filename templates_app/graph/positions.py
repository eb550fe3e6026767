"""Where ranks and their vertices stand: drawn towards their neighbours as far as order and distance allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf

from templates_app.graph.mesh import Link, Mesh

ROUNDS = 12
BOX_GAP = 32.0
BEND_GAP = 18.0
# Long wires should be straight before boxes stand centred: a kink is what the eye stumbles over.
STRAIGHT, HALF, PLAIN, FAINT, FIRM = 8.0, 2.0, 1.0, 0.001, 1000.0


def tops(mesh: Mesh, layers: Sequence[Sequence[int]]) -> list[float]:
    """The top of each vertex, so that the vertices of a rank keep their order and their distance."""
    return _Solver(mesh, layers).solve()


class _Solver:
    def __init__(self, mesh: Mesh, layers: Sequence[Sequence[int]]) -> None:
        self.mesh, self.layers = mesh, layers
        self.arriving, self.leaving = mesh.sides()
        self.below = _below(mesh)
        self.offsets = [list(_offsets(mesh, layer)) for layer in layers]
        self.tops = [0.0] * len(mesh.rank)
        self.box_weight = 1.0
        for layer, offsets in zip(layers, self.offsets, strict=True):
            for vertex, offset in zip(layer, offsets, strict=True):
                self.tops[vertex] = offset - offsets[-1] / 2

    def solve(self) -> list[float]:
        for turn in range(ROUNDS):
            # The later rounds look both ways, so that neither the beginning nor the end of a flow is favoured.
            both = turn >= ROUNDS // 2
            self._sweep(left=both or bool(turn % 2), right=both or not turn % 2, rightwards=bool(turn % 2))
        # What has one source only comes to stand exactly level with it; wires that are in the way give way.
        self.box_weight = FIRM
        self._sweep(left=True, right=False, rightwards=True)
        # Twice, since what one wire gives up another may need.
        self._straighten()
        self._straighten()
        highest = min(self.tops)
        return [round(top - highest) for top in self.tops]

    def _sweep(self, *, left: bool, right: bool, rightwards: bool) -> None:
        for rank in range(len(self.layers)) if rightwards else range(len(self.layers) - 1, -1, -1):
            self._settle(rank, left=left, right=right)

    def _straighten(self) -> None:
        """Bends of a wire that could share one height do."""
        above, below = self._neighbours()
        for bends in self.mesh.chains.values():
            run: list[int] = []
            low, high = -inf, inf
            for bend in bends:
                least, most = self._room(above.get(bend), below.get(bend))
                if max(low, least) > min(high, most):
                    self._level(run, low, high)
                    run, low, high = [], -inf, inf
                run.append(bend)
                low, high = max(low, least), min(high, most)
            self._level(run, low, high)

    def _level(self, run: list[int], low: float, high: float) -> None:
        if run:
            middle = sum(self.tops[bend] for bend in run) / len(run)
            for bend in run:
                self.tops[bend] = min(max(middle, low), high)

    def _neighbours(self) -> tuple[dict[int, int], dict[int, int]]:
        pairs = [pair for layer in self.layers for pair in pairwise(layer)]
        return {lower: upper for upper, lower in pairs}, dict(pairs)

    def _room(self, upper: int | None, lower: int | None) -> tuple[float, float]:
        least = -inf if upper is None else self.tops[upper] + self.mesh.heights[upper] + BEND_GAP
        return least, inf if lower is None else self.tops[lower] - BEND_GAP

    def _settle(self, rank: int, *, left: bool, right: bool) -> None:
        layer, offsets = self.layers[rank], self.offsets[rank]
        wishes = []
        for vertex, offset in zip(layer, offsets, strict=True):
            wish, weight = self._wish(vertex, left, right)
            wishes.append((wish - offset, weight))
        for vertex, offset, top in zip(layer, offsets, ascending(wishes), strict=True):
            self.tops[vertex] = top + offset

    def _wish(self, vertex: int, left: bool, right: bool) -> tuple[float, float]:
        total, weight = self.tops[vertex] * FAINT, FAINT
        for link in self.arriving[vertex] if left else ():
            pull = self._strength(link)
            total, weight = total + pull * (self.tops[link.a] + link.leave - link.arrive), weight + pull
        for link in self.leaving[vertex] if right else ():
            pull = self._strength(link)
            total, weight = total + pull * (self.tops[link.b] + link.arrive - link.leave), weight + pull
        if vertex in self.mesh.anchors:
            level = self.tops[self.mesh.anchors[vertex]] + self.below[vertex]
            total, weight = total + HALF * level, weight + HALF
        return total / weight, weight * (self.box_weight if self.mesh.is_box(vertex) else 1.0)

    def _strength(self, link: Link) -> float:
        boxes = self.mesh.is_box(link.a) + self.mesh.is_box(link.b)
        return (STRAIGHT, HALF, PLAIN)[boxes]


def _below(mesh: Mesh) -> dict[int, float]:
    """How far each end of a loop wants to be below the top of its box: next to the box, one after the other."""
    below: dict[int, float] = {}
    lowest = dict(enumerate(mesh.heights[: mesh.count]))
    for bend, box in mesh.anchors.items():
        lowest[box] += BEND_GAP
        below[bend] = lowest[box]
    return below


def _offsets(mesh: Mesh, layer: Sequence[int]) -> Iterator[float]:
    total = 0.0
    yield total
    for upper, lower in pairwise(layer):
        boxes = mesh.is_box(upper) and mesh.is_box(lower)
        total += mesh.heights[upper] + (BOX_GAP if boxes else BEND_GAP)
        yield total


def ascending(wishes: Sequence[tuple[float, float]]) -> Iterator[float]:
    """The never falling values nearest to the wished (value, weight) by least squares: pool adjacent violators."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in wishes:
        size = 1
        while pools and pools[-1][0] > value:
            above, heavy, many = pools.pop()
            value = (above * heavy + value * weight) / (heavy + weight)
            weight, size = weight + heavy, size + many
        pools.append((value, weight, size))
    for value, _, size in pools:
        for _ in range(size):
            yield value
