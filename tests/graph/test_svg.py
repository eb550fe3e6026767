from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.graph import STATUSES, NodeLook, draw
from templates_app.spec import FlowSpec
from tests.graph.flows import NAMES, flow, flows, node

SVG = "{http://www.w3.org/2000/svg}"
LOOKS = st.builds(NodeLook, st.sampled_from([*STATUSES, "<x>"]), NAMES, st.none() | NAMES, NAMES)
ALLOWED = {"div", "svg", "title", "desc", "g", "a", "path", "rect", "circle", "text"}
PAIR = flow([node("a"), node("b")], "a.output b.input", entry="a.input")


def parse(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(markup)  # noqa: S314 - our own drawing


def by_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if name in element.get("class", "").split()]


def words(root: ElementTree.Element, name: str) -> list[str]:
    return ["".join(element.itertext()) for element in by_class(root, name)]


@settings(deadline=None)
@given(flows(), st.none() | st.dictionaries(NAMES, LOOKS, max_size=4), NAMES)
def test_it_draws_anything_as_harmless_xml(spec: FlowSpec, looks: dict[str, NodeLook] | None, title: str) -> None:
    root = parse(draw(spec, looks=looks, title=title))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ALLOWED
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not [name for name in attributes if name == "style" or name.startswith("on")]


@settings(deadline=None)
@given(flows())
def test_it_draws_every_node_and_every_connection(spec: FlowSpec) -> None:
    root = parse(draw(spec))
    assert len(by_class(root, "fg-node")) >= len(spec.nodes)
    assert len(by_class(root, "fg-edge")) == len(spec.connections) + bool(spec.entry)


@settings(deadline=None)
@given(flows())
def test_it_draws_the_same_again(spec: FlowSpec) -> None:
    assert draw(spec) == draw(spec)


def test_it_shows_names_classes_and_ports() -> None:
    root = parse(draw(PAIR))
    assert words(root, "fg-name") == ["a", "b"]
    assert words(root, "fg-class") == ["mapper", "mapper"]
    assert [e.text for e in root.iter(f"{SVG}text") if e.text in ("input", "output")] == ["input", "output"] * 2


def test_it_marks_the_entry_and_the_results() -> None:
    root = parse(draw(PAIR))
    assert words(root, "fg-entry") == ["entry"]
    assert words(root, "fg-result") == ["result"]


def test_it_marks_what_is_missing() -> None:
    root = parse(draw(flow([node("a")], "a.outptu b.input")))
    missing = [element.get("data-node") for element in by_class(root, "fg-missing")]
    assert missing == [None, "b", None]
    assert "outptu (missing)" in "".join(root.itertext())


def test_it_names_itself_for_screen_readers() -> None:
    svg = parse(draw(PAIR, title="Orders"))[0]
    assert svg.get("role") == "img"
    assert (svg[0].get("id"), svg[0].text) == (svg.get("aria-labelledby"), "Orders")
    assert svg[1].text == (
        "Flow of 2 nodes and 1 connection, drawn from left to right. Starts at a.input. Results: b.output."
    )


def test_it_can_be_scrolled_by_keyboard() -> None:
    scroller = parse(draw(PAIR))
    assert (scroller.get("role"), scroller.get("tabindex")) == ("region", "0")
    assert scroller.get("aria-labelledby") == scroller[0].get("aria-labelledby")


@pytest.mark.parametrize("status", STATUSES)
def test_it_tells_a_status_by_class_word_and_icon(status: str) -> None:
    root = parse(draw(flow([node("a")]), looks={"a": NodeLook(status, badge="12")}))
    assert by_class(root, "fg-node")[0].get("class") == f"fg-node {status}"
    assert (words(root, "fg-word"), words(root, "fg-badge")) == ([STATUSES[status].word], ["12"])
    assert by_class(root, "fg-icon")[0][0].get("d") == STATUSES[status].icon


def test_it_gives_each_status_an_icon_and_a_word_of_its_own() -> None:
    assert len({status.icon for status in STATUSES.values()}) == len(STATUSES)
    assert len({status.word for status in STATUSES.values()}) == len(STATUSES)


def test_it_keeps_its_shape_while_a_job_moves_on() -> None:
    before, after = parse(draw(PAIR, looks={})), parse(draw(PAIR, looks={"a": NodeLook("failed", "Broke", None, "3")}))
    places = [[element.get("transform") for element in by_class(root, "fg-node")] for root in (before, after)]
    assert places[0] == places[1]
    assert words(before, "fg-word") == ["Not started", "Not started"]


def test_it_links_nodes_within_reach_of_screen_readers() -> None:
    svg = parse(draw(PAIR, looks={"a": NodeLook("failed", href="/jobs/1#a", badge="2")}))[0]
    (link,) = by_class(svg, "fg-link")
    assert (link.get("href"), link.get("aria-label")) == ("/jobs/1#a", "a, mapper, Failed 2")
    assert svg.get("role") == "group"


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "//evil.test", "/\\evil.test", "/\t/evil.test", ""],
)
def test_it_refuses_links_that_are_none(href: str) -> None:
    assert not by_class(parse(draw(PAIR, looks={"a": NodeLook(href=href)})), "fg-link")


def test_it_shortens_long_names_and_tells_them_in_full() -> None:
    name = "begin_" + "x" * 50 + "_end"
    root = parse(draw(flow([node(name)])))
    assert words(root, "fg-name") == ["begin_xxxxxxxx\N{HORIZONTAL ELLIPSIS}xxxxxxxxxx_end"]
    assert root.findtext(f".//{SVG}g[@data-node]/{SVG}title") == f"{name}, mapper"


def test_it_says_that_there_is_nothing_yet() -> None:
    assert words(parse(draw(flow([]))), "fg-none") == ["No nodes yet"]


def test_it_lets_wide_drawings_scroll_instead_of_shrinking() -> None:
    wide = flow([node(f"n{n}") for n in range(12)], *(f"n{n}.output n{n + 1}.input" for n in range(11)))
    assert parse(draw(wide))[0].get("class") == "fg fg-fixed"
    assert parse(draw(PAIR))[0].get("class") == "fg fg-min-560"
