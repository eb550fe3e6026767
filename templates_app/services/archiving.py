"""Out of use, and back: nothing is deleted, so that history keeps what it points to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from templates_app import audit, guards
from templates_app.models import Prototype
from templates_app.services.settling import refresh, sentences, writing

if TYPE_CHECKING:
    from templates_app.audit import Actor


def archive(prototype: Prototype, *, version: int | None = None, message: str = "", actor: Actor = None) -> None:
    """Take a prototype out of use; history keeps it. Refused while others that are in use depend on it."""
    with writing():
        _refresh(prototype, version)
        guards.refuse_dependants(prototype)
        if not prototype.is_archived:
            _set_archived(prototype, archived=True)
            audit.changed([prototype], actor, sentences("Archived.", message))


def unarchive(prototype: Prototype, *, version: int | None = None, message: str = "", actor: Actor = None) -> None:
    """Bring an archived prototype back; refused while something that it builds on is archived."""
    with writing():
        _refresh(prototype, version)
        guards.refuse_archived_sources(prototype)
        if prototype.is_archived:
            _set_archived(prototype, archived=False)
            audit.changed([prototype], actor, sentences("Brought back from the archive.", message))


def _refresh(prototype: Prototype, version: int | None) -> None:
    refresh(prototype)
    guards.refuse_code(prototype)
    if version is not None:
        guards.refuse_stale(prototype, version)


def _set_archived(prototype: Prototype, *, archived: bool) -> None:
    prototype.archived_at = timezone.now() if archived else None
    prototype.version += 1
    prototype.save(update_fields=["archived_at", "version", "updated_at"])
