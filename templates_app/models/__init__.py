from __future__ import annotations

from templates_app.models.graph import Connection, Node
from templates_app.models.prototype import FlowPrototype, Kind, Prototype, RoutinePrototype
from templates_app.models.revision import Revision

__all__ = ["Connection", "FlowPrototype", "Kind", "Node", "Prototype", "Revision", "RoutinePrototype"]
