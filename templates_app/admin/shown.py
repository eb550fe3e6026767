"""What the pages show beside their forms: effective values with their layer, problems with links, the picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from routilux_site.lib.errors import join_path
from templates_app.forms.layered import brief
from templates_app.models import FlowPrototype, Node, Prototype
from templates_app.resolve import MERGED_BY_KEY, Effective


@dataclass(frozen=True, slots=True)
class EffectiveRow:
    path: str
    value: str
    layer: str


@dataclass(frozen=True, slots=True)
class ProblemRow:
    path: str
    message: str
    is_error: bool
    href: str


@dataclass(frozen=True, slots=True)
class NodeLine:
    """A node on the page of its flow; `overridden` are the paths that this very flow sets."""

    node_id: str
    routine: str
    overridden: str
    href: str


def effective_rows(effective: Effective) -> list[EffectiveRow]:
    return [EffectiveRow(path, brief(value), effective.origin.get(path, "")) for path, value in _leaves(effective)]


def _leaves(effective: Effective) -> Iterable[tuple[str, Any]]:
    for name, value in effective.values.items():
        if name in MERGED_BY_KEY:
            yield from ((join_path(name, key), child) for key, child in value.items())
        else:
            yield name, value


def problem_rows(prototype: Prototype, problems: Iterable[Mapping[str, str]]) -> list[ProblemRow]:
    return [
        ProblemRow(found["path"], found["message"], found["level"] == "error", problem_link(prototype, found["path"]))
        for found in problems
    ]


def problem_link(prototype: Prototype, path: str) -> str:
    """Where on our pages the value at `path` can be mended."""
    head, _, rest = path.partition(".")
    if prototype.is_flow and head == "nodes" and rest:
        return node_url(prototype, rest.partition(".")[0])
    if head.startswith("connections"):
        return "#connections-group"
    place = rest if head == "settings" else path
    return f"#id_{place.replace('.', '__')}" if place else "#content"


def node_url(flow: Prototype, node_id: str) -> str:
    try:
        return reverse("admin:templates_app_flowprototype_node", args=[flow.pk, node_id])
    except NoReverseMatch:
        return "#content"


def run_url(flow: FlowPrototype) -> str:
    """The page that triggers a job; empty while the site has none."""
    try:
        return reverse("jobs:trigger", args=[flow.name])
    except NoReverseMatch:
        return ""


def node_lines(flow: Prototype, own_nodes: Mapping[str, Mapping[str, Any]], nodes: Iterable[Node]) -> list[NodeLine]:
    return [
        NodeLine(
            node.node_id,
            node.routine.name,
            ", ".join(_paths(own_nodes.get(node.node_id, {}))),
            node_url(flow, node.node_id),
        )
        for node in nodes
    ]


def _paths(own: Mapping[str, Any]) -> list[str]:
    return [path for path, _ in _leaves(Effective(own, {}))]
