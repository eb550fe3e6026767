"""Change what a prototype stores, as a whole; whoever was slower than another editor is told, and loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from templates_app import audit
from templates_app.document import flow_draft, routine_own, variant_of_document
from templates_app.models import Prototype
from templates_app.naming import About
from templates_app.services.settling import editing, sentences, settle
from templates_app.stored import form_of_document

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
        told = edit.write(own, about)
        words = message or f"Routine {routine.name!r} changed: {told.words or 'description only'}."
        settle(routine, actor=actor, message=words, fields=told.fields)
        audit.changed([routine], actor, sentences(told.sentence, message))


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
    _check_shape(flow, document)
    with editing(flow, version) as edit:
        told = edit.write(form_of_document(document), about)
        words = message or f"Flow {flow.name!r} changed: {told.words or 'description only'}."
        settle(flow, actor=actor, message=words, fields=told.fields)
        audit.changed([flow], actor, sentences(told.sentence, message))


def _check_shape(flow: Prototype, document: Mapping[str, Any]) -> None:
    """What can be told without the database is told before anything waits for a lock."""
    if flow.is_variant:
        variant_of_document(document)
    else:
        flow_draft(document)
