"""New prototypes: from a class or a document, as a variant that inherits, or as a duplicate of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from templates_app import audit, fieldrules, guards, lineage, load, naming, stored
from templates_app.document import FlowDraft, flow_draft, routine_own, variant_of_document
from templates_app.models import FlowPrototype, Kind, Prototype, RoutinePrototype
from templates_app.naming import NO_WORDS, About
from templates_app.services.settling import refresh, settle, writing
from templates_app.wiring import merged_document, merged_own, write_graph

if TYPE_CHECKING:
    from templates_app.audit import Actor

P = TypeVar("P", bound=Prototype)


def create_routine(
    name: str,
    *,
    base: Prototype | str,
    own: Mapping[str, Any] | None = None,
    about: About = NO_WORDS,
    actor: Actor = None,
) -> RoutinePrototype:
    """A routine prototype on top of `base`: a class of the catalog or another routine prototype, or its name."""
    parent = base if isinstance(base, Prototype) else naming.routine_by_name(base, path="base")
    return create_variant(
        RoutinePrototype.objects.get(pk=parent.pk), name=name, overrides=own, about=about, actor=actor
    )


def create_flow(
    name: str, *, document: Mapping[str, Any], about: About = NO_WORDS, actor: Actor = None
) -> FlowPrototype:
    """A flow without a parent; see `document.flow_draft` for the document."""
    draft = flow_draft(document)
    with writing():
        flow = naming.insert(FlowPrototype(kind=Kind.FLOW, name=name, own=dict(draft.settings)), about, actor)
        write_graph(flow, draft)
        settle(flow, actor=actor, message=f"Created flow {name!r}.")
        audit.added(flow, actor, f"Created with {_graph_size(draft)}.")
    return flow


def create_variant(
    of: P, *, name: str, overrides: Mapping[str, Any] | None = None, about: About = NO_WORDS, actor: Actor = None
) -> P:
    """A prototype that stores `overrides` only and inherits all else from `of`, live.

    For a routine `overrides` are its fields (`{"config": {"timeout": 60}}`), for a flow a document of `settings` and
    `nodes`.
    """
    own = _own(of, {} if overrides is None else overrides)
    with writing():
        refresh(of)
        guards.refuse_archived(of)
        made = naming.insert(type(of)(kind=of.kind, name=name, parent_id=of.pk, own=own), about, actor)
        settle(made, actor=actor, message=f"Created as a variant of {of.name!r}.")
        told = audit.differences({}, own)
        audit.added(made, actor, f"Created as a variant of ‘{of}’, overriding {told or 'nothing yet'}.")
    return made


def duplicate(
    of: P, *, name: str, overrides: Mapping[str, Any] | None = None, about: About | None = None, actor: Actor = None
) -> P:
    """An independent copy of what `of` means now, with `overrides` on top; later edits of `of` do not reach it.

    A copied routine stays on its catalog class, the nodes of a copied flow stay on their routine prototypes.
    """
    own = _own(of, {} if overrides is None else overrides)
    with writing():
        refresh(of)
        copy = _copy_flow if of.is_flow else _copy_routine
        made = copy(of, name, own, about=about or About.of(of), actor=actor)
        settle(made, actor=actor, message=f"Duplicated from {of.name!r}.")
        told = audit.differences({}, own)
        audit.added(made, actor, f"Duplicated from ‘{of}’" + (f", changing {told}." if told else "."))
    return made


def _own(of: Prototype, overrides: Mapping[str, Any]) -> dict[str, Any]:
    return variant_of_document(overrides) if of.is_flow else routine_own(overrides)


def _copy_flow(of: P, name: str, own: Mapping[str, Any], *, about: About, actor: Actor) -> P:
    draft = flow_draft(merged_document(of, own))
    made = naming.insert(_remembering(of, type(of)(name=name, own=dict(draft.settings))), about, actor)
    write_graph(made, draft)
    return made


def _copy_routine(of: P, name: str, own: Mapping[str, Any], *, about: About, actor: Actor) -> P:
    root = lineage.chain(of, lineage.with_ancestors([of.pk]))[0]
    made = type(of)(name=name, parent_id=root.pk, own=merged_own(of, own))
    return naming.insert(_remembering(of, made), about, actor)


def _remembering(of: P, made: P) -> P:
    """The copy knows where it comes from, and binds whatever builds on it as `of` does."""
    made.kind = of.kind
    made.rules = fieldrules.combined(load.layers(of))
    if not of.is_code:
        made.origin_id, made.origin_base = of.pk, stored.meaning_of(of)
    return made


def _graph_size(draft: FlowDraft) -> str:
    return f"{len(draft.nodes)} nodes and {len(draft.connections)} connections"
