"""An old revision as a new save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from templates_app import audit, load, stored
from templates_app.models import Prototype, Revision
from templates_app.problems import Problem
from templates_app.refusals import Refused
from templates_app.resolve import FlowSource, Layer
from templates_app.restoring import Base, connections_of, restored_node, restored_settings
from templates_app.services.settling import editing, sentences, settle
from templates_app.spec import FlowSpec

if TYPE_CHECKING:
    from templates_app.audit import Actor


def restore(
    flow: Prototype, *, revision: Revision, version: int | None = None, message: str = "", actor: Actor = None
) -> bool:
    """Save `flow` anew so that it means `revision` of it again; returns whether it means exactly that.

    Nodes stay on their routine prototypes, with overrides where these have changed since; a node that is gone comes
    back on the class that it ran. It is False where only code could undo the difference. A variant inherits its graph:
    Refused if that was another.
    """
    if revision.flow_id != flow.pk:
        raise Refused([Problem("revision", "wrong-flow", f"Revision {revision} is not one of ‘{flow}’.")])
    with editing(flow, version) as edit:
        source = load.flow_sources([flow.pk])[flow.pk]
        told = edit.write(_form(flow, revision.spec, source))
        words = f"Restored revision {revision.number}."
        settle(flow, actor=actor, message=message or words, fields=told.fields)
        audit.changed([flow], actor, sentences(words, message))
    return flow.head_id == revision.pk


def _form(flow: Prototype, target: FlowSpec, source: FlowSource) -> dict[str, Any]:
    form = stored.form_of(flow)
    made = restored_settings(form, target, source.layers[:-1])
    known: Mapping[str, Mapping[str, Any]] = form.get("nodes", {})
    if flow.is_variant:
        _refuse_other_graph(flow, target, source)
        bases = {name: _inherited(name, source) for name in target.nodes}
    else:
        bases = _bases(target, source)
    nodes = {}
    for name, node in target.nodes.items():
        stays = name in source.nodes and source.nodes[name].class_key == node.class_key
        own = known.get(name, {}) if stays else {}
        nodes[name] = restored_node({k: v for k, v in own.items() if k != "routine"}, node, bases[name])
    if flow.is_variant:
        return {**made, "nodes": {name: own for name, own in nodes.items() if own}}
    graph = {name: {"routine": bases[name].routine, **own} for name, own in nodes.items()}
    return {**made, "nodes": graph, "connections": connections_of(target)}


def _inherited(name: str, source: FlowSource) -> Base:
    node = source.nodes[name]
    above = (Layer(layer.name, layer.own.get("nodes", {}).get(name, {})) for layer in source.layers[:-1])
    return Base(node.layers[-2].name, node.class_key, (*node.layers, *above))


def _bases(target: FlowSpec, source: FlowSource) -> dict[str, Base]:
    """Where a node still is what it was, its routine prototype; else the class that it ran."""
    bases = {}
    for name, node in target.nodes.items():
        now = source.nodes.get(name)
        if now is not None and now.class_key == node.class_key:
            bases[name] = Base(now.layers[-2].name, now.class_key, now.layers[:-1])
    return bases | _class_bases({name: node.class_key for name, node in target.nodes.items() if name not in bases})


def _class_bases(classes: Mapping[str, str]) -> dict[str, Base]:
    if not classes:
        return {}
    rows = Prototype.objects.filter(is_code=True, archived_at=None, class_key__in=set(classes.values()))
    roots = {root.class_key: root for root in rows}
    problems = [
        Problem(f"nodes.{name}", "unknown-name", f"The class {key!r} that this node ran is no longer registered.")
        for name, key in classes.items()
        if key not in roots
    ]
    if problems:
        raise Refused(problems)
    return {
        name: Base(roots[key].name, key, (Layer(roots[key].name, roots[key].own),)) for name, key in classes.items()
    }


def _refuse_other_graph(flow: Prototype, target: FlowSpec, source: FlowSource) -> None:
    then = ({name: node.class_key for name, node in target.nodes.items()}, sorted(target.connections))
    now = ({name: node.class_key for name, node in source.nodes.items()}, sorted(source.connections))
    if then != now:
        message = f"‘{flow}’ inherits its graph, which was another then: restore ‘{source.layers[0].name}’, or detach."
        raise Refused([Problem("nodes", "inherited-graph", message)])
