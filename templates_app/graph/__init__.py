"""The picture of a flow, and the table that says the same."""

from __future__ import annotations

from templates_app.graph.looks import STATUSES, WIRE_LOOKS, NodeLook
from templates_app.graph.svg import draw
from templates_app.graph.table import EdgeRow, table

__all__ = ["STATUSES", "WIRE_LOOKS", "EdgeRow", "NodeLook", "draw", "table"]
