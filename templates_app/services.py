"""The verbs on templates. Admin, REST, commands and programs all come through here, so that they behave alike.

Each verb is one transaction: it writes, resolves every flow that depends on the change anew, makes a revision where
the hash changed, and leaves a line in the history. What it refuses leaves nothing behind. Whether the actor may do it
is the business of the door.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.utils import timezone

from templates_app import audit, guards, lineage, naming
from templates_app.document import FlowDraft, flow_draft, routine_own, variant_of_document
from templates_app.models import FlowPrototype, Kind, Prototype, RoutinePrototype
from templates_app.naming import NO_WORDS, About
from templates_app.revise import revise
from templates_app.wiring import document_of, merged_document, merged_own, write_graph

if TYPE_CHECKING:
    from templates_app.audit import Actor

__all__ = [
    "About",
    "archive",
    "create_flow",
    "create_routine",
    "create_variant",
    "duplicate",
    "unarchive",
    "update_flow",
    "update_routine",
]

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
    with _writing():
        flow = naming.insert(FlowPrototype(kind=Kind.FLOW, name=name, own=dict(draft.settings)), about, actor)
        write_graph(flow, draft)
        _settle(flow, actor, f"Created flow {name!r}.")
        audit.added(flow, actor, f"Created with {_graph_size(draft)}.")
    return flow


def update_routine(
    routine: Prototype, *, own: Mapping[str, Any], version: int, about: About | None = None, actor: Actor = None
) -> None:
    """Replace what `routine` sets itself by `own`. `version` is the one that the caller had read."""
    own = routine_own(own)
    with _editing(routine, version) as edit:
        routine.own = own
        edit.save(about)
        message = f"Routine {routine.name!r} changed: {edit.differences(own) or 'description only'}."
        _settle(routine, actor, message)
        audit.changed([routine], actor, _changed(edit.differences(own)))


def update_flow(
    flow: Prototype,
    *,
    document: Mapping[str, Any],
    version: int,
    message: str = "",
    about: About | None = None,
    actor: Actor = None,
) -> None:
    """Replace what `flow` stores by `document`; of a variant this is what it overrides (`settings` and `nodes`)."""
    draft = None if flow.is_variant else flow_draft(document)
    own = variant_of_document(document) if draft is None else dict(draft.settings)
    with _editing(flow, version) as edit:
        before = document_of(flow)
        flow.own = own
        edit.save(about)
        if draft is not None:
            write_graph(flow, draft)
        told = audit.differences(_by_place(before), _by_place(document_of(flow)))
        _settle(flow, actor, message or f"Flow {flow.name!r} changed: {told or 'description only'}.")
        audit.changed([flow], actor, " ".join(filter(None, (_changed(told), message))))


def create_variant(
    of: P, *, name: str, overrides: Mapping[str, Any] | None = None, about: About = NO_WORDS, actor: Actor = None
) -> P:
    """A prototype that stores `overrides` only and inherits all else from `of`, live.

    For a routine `overrides` are its fields (`{"config": {"timeout": 60}}`), for a flow a document of `settings` and
    `nodes`.
    """
    own = _own(of, {} if overrides is None else overrides)
    with _writing():
        _refresh(of)
        guards.refuse_archived(of)
        made = naming.insert(type(of)(kind=of.kind, name=name, parent_id=of.pk, own=own), about, actor)
        _settle(made, actor, f"Created as a variant of {of.name!r}.")
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
    with _writing():
        _refresh(of)
        copy = _copy_flow if of.is_flow else _copy_routine
        made = copy(of, name, own, about=about or About.of(of), actor=actor)
        _settle(made, actor, f"Duplicated from {of.name!r}.")
        told = audit.differences({}, own)
        audit.added(made, actor, f"Duplicated from ‘{of}’" + (f", changing {told}." if told else "."))
    return made


def archive(prototype: Prototype, *, actor: Actor = None) -> None:
    """Take a prototype out of use; history keeps it. Refused while others that are in use depend on it."""
    with _writing():
        _refresh(prototype)
        guards.refuse_code(prototype)
        guards.refuse_dependants(prototype)
        if not prototype.is_archived:
            _set_archived(prototype, archived=True)
            audit.changed([prototype], actor, "Archived.")


def unarchive(prototype: Prototype, *, actor: Actor = None) -> None:
    """Bring an archived prototype back; refused while something that it builds on is archived."""
    with _writing():
        _refresh(prototype)
        guards.refuse_code(prototype)
        guards.refuse_archived_sources(prototype)
        if prototype.is_archived:
            _set_archived(prototype, archived=False)
            audit.changed([prototype], actor, "Brought back from the archive.")


@contextmanager
def _writing() -> Iterator[None]:
    with transaction.atomic():
        lineage.lock_for_writing()
        yield


@dataclass(frozen=True)
class _Edit:
    prototype: Prototype
    before: Mapping[str, Any]

    def save(self, about: About | None) -> None:
        self.prototype.version += 1
        naming.describe(self.prototype, about)
        self.prototype.save()

    def differences(self, after: Mapping[str, Any]) -> str:
        return audit.differences(self.before, after)


@contextmanager
def _editing(prototype: Prototype, version: int) -> Iterator[_Edit]:
    with _writing():
        _refresh(prototype)
        guards.refuse_code(prototype)
        guards.refuse_archived(prototype)
        guards.refuse_stale(prototype, version)
        yield _Edit(prototype, prototype.own)


def _settle(subject: Prototype, actor: Actor, message: str) -> None:
    """Bring everything that depends on `subject` in step with it; raises Refused when `subject` itself is wrong."""
    if not subject.is_flow:
        guards.refuse_errors(guards.routine_problems(subject))
    reached = lineage.with_dependants([subject.pk])
    heads = {pk: found.head_id for pk, found in reached.items()}
    flows = [found for found in reached.values() if found.is_flow]
    outcomes = revise(flows, actor=actor, message=message)
    if subject.is_flow:
        guards.refuse_errors(outcomes[subject.pk].problems)
        subject.head_id, subject.problems = reached[subject.pk].head_id, reached[subject.pk].problems
    others = [flow for flow in flows if flow.pk != subject.pk and flow.head_id != heads[flow.pk]]
    _tell_dependants(others, subject, actor)


def _tell_dependants(flows: list[Prototype], cause: Prototype, actor: Actor) -> None:
    healthy = [flow for flow in flows if flow.head_id is not None]
    audit.changed(healthy, actor, f"New revision, because {cause.kind} ‘{cause}’ changed.")
    broken = [flow for flow in flows if flow.head_id is None]
    audit.changed(broken, actor, f"Became invalid, because {cause.kind} ‘{cause}’ changed.")


def _own(of: Prototype, overrides: Mapping[str, Any]) -> dict[str, Any]:
    return variant_of_document(overrides) if of.is_flow else routine_own(overrides)


def _copy_flow(of: P, name: str, own: Mapping[str, Any], *, about: About, actor: Actor) -> P:
    draft = flow_draft(merged_document(of, own))
    made = naming.insert(type(of)(kind=of.kind, name=name, own=dict(draft.settings)), about, actor)
    write_graph(made, draft)
    return made


def _copy_routine(of: P, name: str, own: Mapping[str, Any], *, about: About, actor: Actor) -> P:
    root = lineage.chain(of, lineage.with_ancestors([of.pk]))[0]
    made = type(of)(kind=of.kind, name=name, parent_id=root.pk, own=merged_own(of, own))
    return naming.insert(made, about, actor)


def _refresh(prototype: Prototype) -> None:
    prototype.refresh_from_db(from_queryset=Prototype.objects.select_for_update())


def _set_archived(prototype: Prototype, *, archived: bool) -> None:
    prototype.archived_at = timezone.now() if archived else None
    prototype.version += 1
    prototype.save(update_fields=["archived_at", "version", "updated_at"])


def _changed(differences: str) -> str:
    return f"Changed {differences}." if differences else "Changed the description."


def _by_place(document: Mapping[str, Any]) -> dict[str, Any]:
    """Connections by their ends, so that a difference names what was connected instead of a whole list."""
    ends = {f"{source} -> {target}": True for source, target in document.get("connections", [])}
    return {**document, "connections": ends}


def _graph_size(draft: FlowDraft) -> str:
    return f"{len(draft.nodes)} nodes and {len(draft.connections)} connections"
