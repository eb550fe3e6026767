"""What a flow would have to store to mean an old revision again, with as few overrides as that takes. Pure.

A field that means the same already stays as it is stored; one that would be inherited as it was is reset; any other is
set. What only code can bring back (a class has lost a slot, a key of an open config is inherited now) stays different.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from templates_app.assemble import assemble_node, only_entry, stated_settings
from templates_app.fieldpaths import ABSENT, Keys, drop, get, put, same
from templates_app.resolve import Layer, ResolvedNode, merge
from templates_app.spec import FlowSpec, NodeSpec

Form = dict[str, Any]

_NODE_FIELDS = ("policy", "logic", "error_handler", "timeout")


@dataclass(frozen=True, slots=True)
class Base:
    """A node as it would be without what the flow itself sets on it, and the name of its routine prototype."""

    routine: str
    class_key: str
    layers: tuple[Layer, ...]


def restored_settings(form: Form, target: FlowSpec, above: Sequence[Layer]) -> Form:
    """The settings in `form`, changed to mean those of `target`; `above` are the layers that they inherit from."""
    made = {key: value for key, value in form.items() if key not in ("nodes", "connections")}
    wanted = target.to_json()  # without the limits that nobody set
    now = stated_settings(merge((*above, Layer("", made))).values)
    inherited = stated_settings(merge(above).values)
    for field in inherited:
        made = _settled(made, (field,), wanted=wanted.get(field), now=now[field], above=inherited[field])
    return _restored_entry(made, target, merge(above).values.get("entry"))


def _restored_entry(made: Form, target: FlowSpec, inherited: str | None) -> Form:
    sole = only_entry(target.nodes, target.connections)
    computed = str(sole) if sole else None
    now = (made["entry"] or computed) if "entry" in made else (inherited or computed)
    wanted = str(target.entry) if target.entry else None
    return _settled(made, ("entry",), wanted=wanted, now=now, above=inherited or computed)


def restored_node(own: Form, target: NodeSpec, base: Base) -> Form:
    """What a flow sets on one node, `own`, changed to mean `target`."""
    wanted = dict(_fields_of(target))
    now = _stated(target.id, base, Layer("", own))
    above = _stated(target.id, base)
    for keys in now.keys() - wanted.keys():
        own = drop(own, keys)
    for keys, value in wanted.items():
        own = _settled(own, keys, wanted=value, now=now.get(keys, ABSENT), above=above.get(keys, ABSENT))
    return own


def connections_of(target: FlowSpec) -> list[list[str]]:
    return [[f"{c.source}.{c.event}", f"{c.target}.{c.slot}"] for c in target.connections]


def _settled(own: Form, keys: Keys, *, wanted: Any, now: Any, above: Any) -> Form:
    if same(now, wanted):
        return own
    if same(above, wanted):
        return drop(own, keys)
    return own if same(get(own, keys), wanted) else put(own, keys, wanted)


def _stated(name: str, base: Base, *own: Layer) -> dict[Keys, Any]:
    """The fields of a node as a spec would state them; where it has none, because it is invalid, as the layers do."""
    node = ResolvedNode(class_key=base.class_key, effective=merge((*base.layers, *own)))
    spec, _ = assemble_node(name, node, "")
    if spec is not None:
        return dict(_fields_of(spec))
    return {("config", key): value for key, value in node.effective.values.get("config", {}).items()}


def _fields_of(spec: NodeSpec) -> Iterator[tuple[Keys, Any]]:
    stated: Mapping[str, Any] = spec.to_json()
    yield from ((("config", key), value) for key, value in stated["config"].items())
    yield from (((name,), stated[name]) for name in _NODE_FIELDS)
    yield from ((("slots", s.name), {"capacity": s.capacity, "when_full": s.when_full}) for s in spec.slots)
