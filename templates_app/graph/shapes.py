"""What goes into a layout and what comes out of it: boxes and wires, places and routes, in px."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle to be placed. `after` is room to its right that must stay free (for a label there)."""

    id: str
    width: float
    height: float
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Wire:
    """From the right side of `source` to the left side of `target`; the offsets count from the top of each box."""

    source: str
    target: str
    exit: float = 0.0
    entrance: float = 0.0


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float

    def moved(self, dx: float, dy: float) -> Point:
        return Point(self.x + dx, self.y + dy)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box ended up. `width` may exceed what was asked for: boxes of one rank are equally wide."""

    x: float
    y: float
    width: float
    height: float
    rank: int

    def moved(self, dx: float, dy: float) -> Place:
        return Place(self.x + dx, self.y + dy, self.width, self.height, self.rank)


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one wire. Between the points straight lines and curves alternate, beginning and ending with a line.

    A `loop` runs from right to left; its first and its last curve are turns.
    """

    points: tuple[Point, ...]
    loop: bool = False

    def moved(self, dx: float, dy: float) -> Route:
        return Route(tuple(point.moved(dx, dy) for point in self.points), self.loop)


@dataclass(frozen=True, slots=True)
class Layout:
    """Every box has a place, and every wire has a route at the same index."""

    width: float
    height: float
    places: Mapping[str, Place]
    routes: tuple[Route, ...]
