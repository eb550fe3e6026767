"""What the table, the picture and the patch of two sides need."""

from __future__ import annotations

from typing import Any

from templates_app.diff import Difference, patch, summary
from templates_app.pages import shown
from templates_app.pages.sides import Side


def result(a: Side, b: Side, differences: tuple[Difference, ...]) -> dict[str, Any]:
    return {
        **rows(differences, "Settings of the flow" if b.is_flow else "Settings of the routine"),
        "impacts": shown.impacts(differences),
        "unchanged": shown.unchanged(a.outline, b.outline, differences),
        "picture": shown.picture(a, b, differences),
        "patch": shown.patch_text(patch(a.document, b.document)) if differences else "",
        "hash": b.spec.hash if b.spec else "",
    }


def rows(differences: tuple[Difference, ...], title: str = "Settings of the flow") -> dict[str, Any]:
    return {
        "summary": summary(differences),
        "count": len(differences),
        "left_out": max(len(differences) - shown.MOST_ROWS, 0),
        "groups": shown.groups(differences, title),
    }
