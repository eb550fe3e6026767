"""What the database holds, as templates; a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from templates_app import lineage, load
from templates_app.dsl.template import Template
from templates_app.models import Node, Prototype
from templates_app.naming import About
from templates_app.problems import Problem
from templates_app.refusals import Refused
from templates_app.resolve import FlowSource


def templates_of(prototypes: Iterable[Prototype]) -> list[Template]:
    """What each of them stores itself; raises Refused for a class of the catalog, which is code."""
    found = list(prototypes)
    code = [Problem(one.name, "code", _is_code(one)) for one in found if one.is_code]
    if code:
        raise Refused(code)
    parents = Prototype.objects.in_bulk({one.parent_id for one in found if one.parent_id is not None})
    roots = load.flow_sources(one.pk for one in found if one.is_flow and not one.is_variant)
    return [_template(one, parents.get(one.parent_id or 0), roots.get(one.pk)) for one in found]


def with_foundations(prototypes: Iterable[Prototype]) -> list[Prototype]:
    """`prototypes` with all that they build on: parents, routines of their nodes, and the parents of those."""
    known = lineage.with_ancestors(one.pk for one in prototypes)
    routines = Node.objects.filter(flow__in=list(known)).values_list("routine_id", flat=True).distinct()
    known |= lineage.with_ancestors(routines)
    return [one for one in known.values() if not one.is_code]


def _template(one: Prototype, parent: Prototype | None, root: FlowSource | None) -> Template:
    is_variant = parent is not None and not parent.is_code
    settings = {key: value for key, value in one.own.items() if key != "nodes"}
    if root is not None:
        content = _graph(root, settings)
    else:
        content = {"nodes": one.own.get("nodes", {}), "settings": settings} if one.is_flow else one.own
    return Template(
        kind="flow" if one.is_flow else "routine",
        name=one.name,
        base=parent.name if parent else None,
        is_variant=is_variant,
        content=content,
        about=About.of(one),
        rules=one.rules,
    )


def _graph(root: FlowSource, settings: dict[str, object]) -> dict[str, object]:
    nodes = {key: {"routine": node.layers[-2].name, **node.layers[-1].own} for key, node in root.nodes.items()}
    return {"nodes": nodes, "connections": list(_connections(root)), "settings": settings}


def _connections(root: FlowSource) -> Iterator[list[str]]:
    for c in root.connections:
        yield [f"{c.source}.{c.event}", f"{c.target}.{c.slot}"]


def _is_code(one: Prototype) -> str:
    return f"{one.name!r} is a class of the catalog, which stands in the code: only prototypes are exported."
