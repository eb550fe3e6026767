"""Locks and bounds: what a prototype forbids whatever builds on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from templates_app import audit, catalog, fieldpaths, fieldrules, selectors
from templates_app.assemble import assemble_node
from templates_app.document import FLOW_FIELDS, ROUTINE_FIELDS, accepted_names
from templates_app.fieldpaths import Keys, show
from templates_app.fieldrules import Rule
from templates_app.guards import refuse_errors
from templates_app.models import Prototype
from templates_app.problems import Problem
from templates_app.resolve import ResolvedNode
from templates_app.routines.config import schema
from templates_app.services.settling import editing, sentences, settle

if TYPE_CHECKING:
    from templates_app.audit import Actor


def set_rule(
    prototype: Prototype,
    *,
    path: str,
    rule: Rule | None,
    version: int | None = None,
    message: str = "",
    actor: Actor = None,
) -> None:
    """Lock or bound a field for variants, for nodes that use the routine, and for launches; None frees it.

    `{"locked": true}`, `{"min": 1, "max": 500}` (one or both) or `{"one_of": [...]}`. What below breaks the rule by
    now becomes visibly invalid until it is reset or the rule goes.
    """
    keys = fieldpaths.parse(path)
    if rule is not None:
        refuse_errors(list(fieldrules.rule_problems(rule)))
    with editing(prototype, version):
        if rule is not None:
            refuse_errors(list(_path_problems(prototype, keys, rule)))
        others = {place: known for place, known in prototype.rules.items() if place != show(keys)}
        prototype.rules = {**others, show(keys): dict(rule)} if rule is not None else others
        prototype.version += 1
        prototype.save(update_fields=["rules", "version", "updated_at"])
        words = _words(show(keys), rule)
        settle(prototype, actor=actor, message=message or words, fields=(show(keys),))
        audit.changed([prototype], actor, sentences(words, message))


def _words(path: str, rule: Rule | None) -> str:
    if rule is None:
        return f"Freed {path}: whatever builds on this may set it."
    return f"Locked {path}." if "locked" in rule else f"Bounded {path}: {fieldrules.sentence(rule)}."


def _path_problems(prototype: Prototype, keys: Keys, rule: Rule) -> Iterator[Problem]:
    if not prototype.is_flow:
        yield from _in_routine(selectors.resolved_routine(prototype), keys)
    elif keys[0] != "nodes":
        yield from _known(keys[0], FLOW_FIELDS, keys)
    elif len(keys) > 1:
        nodes = selectors.resolved_flow(prototype).nodes
        unknown = list(_known(keys[1], nodes, keys))
        yield from unknown or (_in_routine(nodes[keys[1]], keys[2:], keys[:2]) if len(keys) > 2 else ())
    if "locked" not in rule and len(keys) < fieldpaths.field_length(keys):
        message = "This names several fields: only a lock is accepted here."
        yield Problem(show(keys), "invalid-rule", message)


def _in_routine(node: ResolvedNode, keys: Keys, under: Keys = ()) -> Iterator[Problem]:
    unknown = list(_known(keys[0], ROUTINE_FIELDS, (*under, *keys)))
    if unknown or len(keys) == 1 or keys[0] not in fieldpaths.MERGED_BY_KEY:
        yield from unknown
        return
    names = _config_names(node) if keys[0] == "config" else _slot_names(node)
    if names is not None:
        yield from _known(keys[1], names, (*under, *keys))


def _config_names(node: ResolvedNode) -> list[str] | None:
    wanted = schema(catalog.get(node.class_key).cls.Config)
    return None if wanted.get("additionalProperties") else list(wanted.get("properties", {}))


def _slot_names(node: ResolvedNode) -> list[str] | None:
    spec = assemble_node("node", node, "")[0]
    return [slot.name for slot in spec.slots] if spec else None


def _known(name: str, names: Any, keys: Keys) -> Iterator[Problem]:
    if name not in names:
        yield Problem(show(keys), "unknown-field", f"There is no such field. {accepted_names(name, names)}")
