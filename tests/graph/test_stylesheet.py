from __future__ import annotations

import re
from pathlib import Path

import pytest

import templates_app
from templates_app.graph import STATUSES, draw
from templates_app.graph.svg import STEP, WIDEST
from tests.graph.flows import flow, node

CSS = (Path(templates_app.__file__).parent / "static/templates_app/graph.css").read_text()
BLOCKS = [dict(re.findall(r"--fg-([\w-]+): (#\w{6});", block)) for block in re.findall(r"{([^{}]*)}", CSS)]
LIGHT, DARK, DARK_BY_CHOICE = (block for block in BLOCKS if block)
TONES = ["error" if status == "error_continued" else status for status in STATUSES]
TEXTS = [("text", "card"), ("muted", "card"), ("muted", "canvas"), ("on-accent", "accent"), ("invalid", "card")]
LINES = [
    ("line", "card"),
    ("line", "canvas"),
    ("edge", "canvas"),
    ("edge", "card"),
    ("loop", "canvas"),
    ("focus", "canvas"),
]
STATES = [(tone, f"{tone}-tint") for tone in TONES] + [(tone, "card") for tone in TONES]


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(theme: dict[str, str], pair: tuple[str, str]) -> float:
    dark, light = sorted(luminance(theme[name]) for name in pair)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", TEXTS + STATES, ids="-on-".join)
def test_it_keeps_text_legible(theme: dict[str, str], pair: tuple[str, str]) -> None:
    assert contrast(theme, pair) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", LINES, ids="-on-".join)
def test_it_keeps_lines_visible(theme: dict[str, str], pair: tuple[str, str]) -> None:
    assert contrast(theme, pair) >= 3


def test_it_has_one_dark_theme_whoever_asks_for_it() -> None:
    assert DARK == DARK_BY_CHOICE
    assert set(DARK) == set(LIGHT)


def test_it_uses_only_colours_that_are_defined() -> None:
    used = set(re.findall(r"var\(--fg-([\w-]+)\)", CSS))
    assert used - set(LIGHT) == {"tone", "tint"}


def test_it_knows_every_class_that_is_drawn() -> None:
    drawn = draw(flow([node("a")], "a.nope b.input", "a.output a.input", entry="a.input"), looks={})
    classes = {name for names in re.findall(r'class="([^"]+)"', drawn) for name in names.split()}
    bare = {"fg-nodes", "fg-edges", "fg-pills"}
    assert not [name for name in classes - bare if f".{name}" not in CSS]


def test_it_has_a_least_width_for_every_step() -> None:
    steps = {f".fg-min-{width} {{ min-width: {width}px; }}" for width in range(STEP, WIDEST + 1, STEP)}
    assert not [rule for rule in steps if rule not in CSS]


@pytest.mark.parametrize("status", STATUSES)
def test_it_gives_every_status_a_tone(status: str) -> None:
    assert f".fg-node.{status} {{ --fg-tone:" in CSS
