"""What the pages show beside their forms: effective values with their layer, problems with links, the picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from routilux_site.lib.errors import join_path
from templates_app.admin.links import Link, first_error
from templates_app.forms.layered import brief
from templates_app.models import Node, Prototype
from templates_app.resolve import MERGED_BY_KEY, Effective

if TYPE_CHECKING:
    from templates_app.admin.base import PrototypeAdmin

_MOST_KIN = 50


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


@dataclass(frozen=True, slots=True)
class Kin:
    """A variant or a duplicate; `reason` says why it is invalid, empty when it is not."""

    prototype: Prototype
    reason: str
    links: list[Link]


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


def kin(page: PrototypeAdmin, prototype: Prototype, may_change: bool) -> dict[str, list[Kin]]:
    """Variants and duplicates of `prototype`, with where they lead."""
    variants = Prototype.objects.filter(parent=prototype.pk).order_by("name")[:_MOST_KIN]
    copies = Prototype.objects.filter(origin=prototype.pk).order_by("name")[:_MOST_KIN]
    own = not prototype.is_code
    return {
        "variants": [
            _kin(page, prototype, found, ("promote", "detach") if may_change and own else ()) for found in variants
        ],
        "duplicates": [_kin(page, prototype, found, ("rebase",) if may_change else ()) for found in copies],
    }


def _kin(page: PrototypeAdmin, of: Prototype, found: Prototype, verbs: Iterable[str]) -> Kin:
    links = [("Compare", compare_url(of, found))] if not of.is_code else []
    return Kin(found, first_error(found), [*links, *((verb.capitalize(), page.url(verb, found)) for verb in verbs)])


def compare_url(before: Prototype, after: Prototype) -> str:
    try:
        return f"{reverse('templates:compare')}?{urlencode({'a': before.name, 'b': after.name})}"
    except NoReverseMatch:
        return "#content"


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
