from __future__ import annotations

import random
import time
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.graph.layout import arrange
from templates_app.graph.shapes import Box, Layout, Place, Wire

SIZES = st.integers(10, 300)
Graph = tuple[list[Box], list[Wire]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 12))
    boxes = [Box(f"n{n}", draw(SIZES), draw(SIZES), draw(st.sampled_from([0.0, 70.0]))) for n in range(count)]
    names = st.sampled_from([box.id for box in boxes])
    return boxes, draw(st.lists(st.builds(Wire, names, names, st.integers(0, 10), st.integers(0, 10)), max_size=30))


def random_graph(nodes: int, wires: int) -> Graph:
    dice = random.Random(7)
    boxes = [Box(f"n{number}", 200, 100) for number in range(nodes)]
    return boxes, [Wire(f"n{dice.randrange(nodes)}", f"n{dice.randrange(nodes)}") for _ in range(wires)]


def line(*names: str) -> Layout:
    wires = [Wire(a, b, 20, 20) for a, b in pairwise(names)]
    return arrange([Box(name, 100, 50) for name in dict.fromkeys(names)], wires, names[:1])


def overlap(a: Place, b: Place) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


@settings(deadline=None)
@given(graphs())
def test_it_places_every_box_on_the_canvas(graph: Graph) -> None:
    layout = arrange(*graph)
    assert set(layout.places) == {box.id for box in graph[0]}
    for place in layout.places.values():
        assert 0 <= place.x <= place.x + place.width <= layout.width + 1e-6
        assert 0 <= place.y <= place.y + place.height <= layout.height + 1e-6


@settings(deadline=None)
@given(graphs())
def test_it_never_lets_two_boxes_overlap(graph: Graph) -> None:
    places = arrange(*graph).places.values()
    assert not [pair for pair in combinations(places, 2) if overlap(*pair)]


@settings(deadline=None)
@given(graphs())
def test_it_keeps_free_what_a_box_asks_for_on_its_right(graph: Graph) -> None:
    places = arrange(*graph).places
    rooms = [(box, places[box.id]) for box in graph[0] if box.after]
    for box, place in rooms:
        room = Place(place.x + place.width, place.y, box.after, place.height, 0)
        assert not [other for other in places.values() if overlap(room, other)]


@settings(deadline=None)
@given(graphs())
def test_it_ends_every_wire_at_its_ports(graph: Graph) -> None:
    layout = arrange(*graph)
    for wire, route in zip(graph[1], layout.routes, strict=True):
        source, target = layout.places[wire.source], layout.places[wire.target]
        assert route.points[0].x == source.x + source.width
        assert route.points[0].y == source.y + wire.exit
        assert (route.points[-1].x, route.points[-1].y) == (target.x, target.y + wire.entrance)


@settings(deadline=None)
@given(graphs())
def test_it_never_leads_a_wire_through_a_box(graph: Graph) -> None:
    layout = arrange(*graph)
    for route in layout.routes:
        for a, b in list(pairwise(route.points))[2:-1:2]:
            straight = Place(min(a.x, b.x), a.y, abs(a.x - b.x), 0, 0)
            assert not [place for place in layout.places.values() if overlap(straight, place)]


@settings(deadline=None)
@given(graphs())
def test_it_draws_from_left_to_right_except_loops(graph: Graph) -> None:
    layout = arrange(*graph)
    for wire, route in zip(graph[1], layout.routes, strict=True):
        ahead = layout.places[wire.source].rank < layout.places[wire.target].rank
        assert ahead is not route.loop


@settings(deadline=None)
@given(graphs())
def test_it_gives_the_same_layout_again(graph: Graph) -> None:
    assert arrange(*graph) == arrange(*graph)


def test_it_stands_a_chain_level() -> None:
    layout = line("a", "b", "c", "d")
    assert {place.y for place in layout.places.values()} == {0.0}
    assert [layout.places[name].rank for name in "abcd"] == [0, 1, 2, 3]


def test_it_reads_a_cycle_from_its_entry() -> None:
    layout = line("b", "c", "a", "b")
    assert [layout.places[name].rank for name in "bca"] == [0, 1, 2]
    assert [route.loop for route in layout.routes] == [False, False, True]


def test_it_keeps_the_order_of_the_wires_of_a_fan() -> None:
    boxes = [Box(name, 100, 50) for name in "sabct"]
    layout = arrange(boxes, [Wire("s", name) for name in "abc"] + [Wire(name, "t") for name in "abc"])
    assert layout.places["a"].y < layout.places["b"].y < layout.places["c"].y
    assert layout.places["s"].y == layout.places["t"].y == layout.places["b"].y


def test_it_uncrosses_wires() -> None:
    boxes = [Box(name, 100, 50) for name in "sxyab"]
    wires = [Wire("s", "x", 10), Wire("s", "y", 30), Wire("x", "b"), Wire("y", "a")]
    places = arrange(boxes, wires).places
    assert (places["x"].y < places["y"].y) == (places["b"].y < places["a"].y)


def test_it_puts_islands_beside_each_other() -> None:
    places = arrange([Box(f"n{number}", 200, 50) for number in range(8)], []).places
    assert len({place.y for place in places.values()}) == 2


def test_it_stands_a_long_chain() -> None:
    names = [f"n{number}" for number in range(3000)]
    assert line(*names).places["n2999"].rank == 2999


def test_it_lays_out_500_nodes_quickly() -> None:
    graph = random_graph(500, 2000)
    begin = time.process_time()
    assert len(arrange(*graph).routes) == 2000
    assert time.process_time() - begin < 2  # about 0.3 s; the rest is for slow machines
