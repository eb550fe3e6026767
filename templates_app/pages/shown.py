"""Differences as a page shows them: grouped by node, values readable, what stayed the same out of the way."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from templates_app.diff import ABSENT, Difference, Impact, Kind, Outline, Subject
from templates_app.diff.jsonvalues import is_secret
from templates_app.diff.overlay import overlay
from templates_app.graph import draw
from templates_app.pages.sides import Side
from templates_app.routines.secret import KEY as SECRET

MOST_ROWS, MOST_CHARS, MOST_PATCH = 400, 2_000, 20_000
_PORTS = re.compile(r"(slots|events)(\.[^.]+)?")
ICONS = {
    Kind.ADDED: "+",
    Kind.REMOVED: "−",
    Kind.CHANGED: "≠",
    Kind.RENAMED: "→",
    Kind.MOVED: "↷",
    Kind.REWIRED: "↷",
}


@dataclass(frozen=True, slots=True)
class Value:
    """`text` is None where there is nothing; `brief` stands for a value too large for a line."""

    text: str | None
    brief: str = ""
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """`said` is empty where place and values say it all."""

    difference: Difference
    place: str
    said: str
    before: Value
    after: Value
    icon: str


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of the flow, of one node, or of the connections. `status` is empty but for whole nodes."""

    anchor: str
    title: str
    rows: list[Row]
    status: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    impact: Impact
    count: int


def groups(differences: Sequence[Difference], title: str) -> list[Group]:
    """At most MOST_ROWS rows; `title` is for the settings that belong to no node."""
    rows = differences[:MOST_ROWS]
    plain = [row for row in rows if not row.node and row.subject != Subject.CONNECTION]
    wires = [row for row in rows if row.subject == Subject.CONNECTION]
    nodes = list(dict.fromkeys(row.node for row in rows if row.node))
    found = [Group("settings", title, _rows(plain, ""))]
    found += [_node(name, [row for row in rows if row.node == name]) for name in nodes]
    found += [Group("connections", "Connections", _rows(wires, "connections"))]
    return [group for group in found if group.rows]


def _node(name: str, differences: list[Difference]) -> Group:
    whole = [str(row.kind) for row in differences if row.subject == Subject.NODE]
    return Group(f"node-{name}", name, _rows(differences, f"nodes.{name}"), whole[0] if whole else "changed")


def _rows(differences: Iterable[Difference], under: str) -> list[Row]:
    return [_row(found, under) for found in differences]


def _row(found: Difference, under: str) -> Row:
    if found.subject == Subject.SETTING:
        place = found.path.removeprefix(under).removeprefix(".")
        said = found.sentence if _PORTS.fullmatch(place) else ""
        return Row(found, place, said, value(found.before), value(found.after), ICONS[found.kind])
    before, after = (Value(side) if isinstance(side, str) else value(side) for side in (found.before, found.after))
    return Row(found, "", found.sentence, before, after, ICONS[found.kind])


def value(found: Any) -> Value:
    if found is ABSENT:
        return Value(None)
    if is_secret(found):
        return Value(f"secret {found[SECRET]}")
    text = json.dumps(found, ensure_ascii=False)
    if len(text) <= 60 or not isinstance(found, dict | list):
        return Value(text[:MOST_CHARS], is_cut=len(text) > MOST_CHARS)
    text = json.dumps(found, ensure_ascii=False, indent=2)
    return Value(text[:MOST_CHARS], _brief(found), len(text) > MOST_CHARS)


def _brief(found: dict[str, Any] | list[Any]) -> str:
    if isinstance(found, list):
        return f"list of {len(found)}"
    keys = ", ".join(list(found)[:4])
    return f"{{{keys}{', …' if len(found) > 4 else ''}}}"


def impacts(differences: Iterable[Difference]) -> list[Count]:
    counts = Counter(found.impact for found in differences)
    return [Count(impact, counts[impact]) for impact in Impact if counts[impact]]


def unchanged(before: Outline, after: Outline, differences: Iterable[Difference]) -> list[str]:
    told = {found.node for found in differences}
    return sorted((before.nodes.keys() & after.nodes.keys()) - told)


def picture(before: Side, after: Side, differences: Iterable[Difference]) -> SafeString | str:
    """The drawing escapes every name itself; its output is trusted here and nowhere else."""
    if before.spec is None or after.spec is None:
        return ""
    found = overlay(before.spec, after.spec, differences)
    title = f"What changed from {before.label} to {after.label}"
    return SafeString(draw(found.spec, looks=found.looks, wires=found.wires, title=title))


def pretty(found: Any) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2)


def patch_text(operations: Iterable[dict[str, Any]]) -> str:
    """One operation a line; empty when it is too long to show."""
    lines = ",\n ".join(json.dumps(operation, ensure_ascii=False) for operation in operations)
    return f"[{lines}]" if len(lines) <= MOST_PATCH else ""
