"""The picture of a flow, and the table that says the same."""

from __future__ import annotations

from templates_app.graph.looks import STATUSES, NodeLook
from templates_app.graph.svg import draw
from templates_app.graph.table import EdgeRow, table

__all__ = ["STATUSES", "EdgeRow", "NodeLook", "draw", "table"]
