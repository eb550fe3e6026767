"""From the paths of the verbs (`nodes.clean.routine`) to those of a document (`routines.clean.class`). Pure."""

from __future__ import annotations

from collections.abc import Callable

from templates_app.dsl.template import ABOUT, EXECUTION, Kind


def place_of(kind: Kind, *, is_variant: bool) -> Callable[[str], str]:
    """The function that translates paths about a template of that kind."""

    def place(path: str) -> str:
        head = path.partition(".")[0].partition("[")[0]
        if head in (*ABOUT, "rules", "connections"):
            return path
        if head in ("name", "base"):
            return {"name": "name" if kind == "routine" else "flow_id", "base": "parent" if is_variant else "class"}[
                head
            ]
        inner = _in_flow(path, head) if kind == "flow" else path
        return f"overrides.{inner}" if is_variant and inner else inner

    return place


def _in_flow(path: str, head: str) -> str:
    if head == "nodes":
        place = f"routines{path.removeprefix('nodes')}"
        return f"{place.removesuffix('.routine')}.class" if place.endswith(".routine") else place
    if head == "settings":
        inner = path.removeprefix("settings").removeprefix(".")
        return f"execution.{inner}" if inner.partition(".")[0] in EXECUTION else inner
    return path
