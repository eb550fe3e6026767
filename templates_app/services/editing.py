"""Change what a prototype stores, as a whole; whoever was slower than another editor is told, and loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from templates_app import audit
from templates_app.document import flow_draft, routine_own, variant_of_document
from templates_app.models import Prototype
from templates_app.naming import About
from templates_app.services.settling import changed, editing, settle
from templates_app.wiring import document_of, write_graph

if TYPE_CHECKING:
    from templates_app.audit import Actor


def update_routine(
    routine: Prototype,
    *,
    own: Mapping[str, Any],
    version: int,
    message: str = "",
    about: About | None = None,
    actor: Actor = None,
) -> None:
    """Replace what `routine` sets itself by `own`. `version` is the one that the caller had read."""
    own = routine_own(own)
    with editing(routine, version) as edit:
        routine.own = own
        edit.save(about)
        told = edit.differences(own)
        settle(routine, actor, message or f"Routine {routine.name!r} changed: {told or 'description only'}.")
        audit.changed([routine], actor, " ".join(filter(None, (changed(told), message))))


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
    with editing(flow, version) as edit:
        before = document_of(flow)
        flow.own = own
        edit.save(about)
        if draft is not None:
            write_graph(flow, draft)
        told = audit.differences(by_place(before), by_place(document_of(flow)))
        settle(flow, actor, message or f"Flow {flow.name!r} changed: {told or 'description only'}.")
        audit.changed([flow], actor, " ".join(filter(None, (changed(told), message))))


def by_place(document: Mapping[str, Any]) -> dict[str, Any]:
    """Connections by their ends, so that a difference names what was connected instead of a whole list."""
    ends = {f"{source} -> {target}": True for source, target in document.get("connections", [])}
    return {**document, "connections": ends}
