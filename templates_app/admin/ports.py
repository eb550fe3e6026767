"""Which ports exist: of the nodes as they are stored, or as somebody is just about to save them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from routilux_site.lib import strict_json
from routilux_site.lib.errors import RoutiluxError
from templates_app import document, lineage
from templates_app.assemble import assemble_node
from templates_app.forms.graph import PortChoices
from templates_app.models import Node, Prototype, RoutinePrototype
from templates_app.resolve import Layer, ResolvedNode, merge
from templates_app.spec import NodeSpec

Drafts = Mapping[str, tuple[str, Mapping[str, Any]]]

_MOST_ROWS = document.MAX_NODES


def of_specs(specs: Iterable[NodeSpec]) -> PortChoices:
    found = list(specs)
    return PortChoices(
        events=tuple(f"{node.id}.{event}" for node in found for event in node.events),
        slots=tuple(f"{node.id}.{slot.name}" for node in found for slot in node.slots),
    )


def of_drafts(drafts: Drafts) -> PortChoices:
    """The ports of nodes given as (routine name, overrides); a node that makes no sense yet has none."""
    names = {routine for routine, _ in drafts.values()}
    routines = {found.name: found for found in RoutinePrototype.objects.filter(name__in=names)}
    known = lineage.with_ancestors(found.pk for found in routines.values())
    specs = (_spec(name, routines.get(routine), own, known) for name, (routine, own) in drafts.items())
    return of_specs(spec for spec in specs if spec)


def stored(nodes: Iterable[Node]) -> Drafts:
    return {node.node_id: (node.routine.name, node.own) for node in nodes}


def posted(data: Mapping[str, str], prefix: str) -> Drafts:
    """What the rows of a node formset say, as far as it can be read; the formset itself will tell what is wrong."""
    return dict(_posted(data, prefix))


def _posted(data: Mapping[str, str], prefix: str) -> Iterator[tuple[str, tuple[str, Mapping[str, Any]]]]:
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    for index in range(min(int(total), _MOST_ROWS) if total.isdecimal() and len(total) < 6 else 0):
        row = f"{prefix}-{index}"
        name, routine = data.get(f"{row}-node_id", "").strip(), data.get(f"{row}-routine_name", "")
        if name and routine and "\0" not in routine and f"{row}-DELETE" not in data:
            yield name, (routine, _overrides(data.get(f"{row}-own", "")))


def _overrides(text: str) -> Mapping[str, Any]:
    try:
        return document.routine_own(strict_json.loads(text)) if text.strip() else {}
    except RoutiluxError:
        return {}


def _spec(
    name: str, routine: Prototype | None, own: Mapping[str, Any], known: Mapping[int, Prototype]
) -> NodeSpec | None:
    if routine is None:
        return None
    chain = lineage.chain(known[routine.pk], known)
    layers = (*(Layer(found.name, found.own) for found in chain), Layer("node", own))
    return assemble_node(name, ResolvedNode(class_key=chain[0].class_key, effective=merge(layers)), "")[0]
