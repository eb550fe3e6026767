"""Out of use, and back: nothing is deleted, so that history keeps what it points to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from templates_app import audit, guards
from templates_app.models import Prototype
from templates_app.services.settling import refresh, writing

if TYPE_CHECKING:
    from templates_app.audit import Actor


def archive(prototype: Prototype, *, actor: Actor = None) -> None:
    """Take a prototype out of use; history keeps it. Refused while others that are in use depend on it."""
    with writing():
        refresh(prototype)
        guards.refuse_code(prototype)
        guards.refuse_dependants(prototype)
        if not prototype.is_archived:
            _set_archived(prototype, archived=True)
            audit.changed([prototype], actor, "Archived.")


def unarchive(prototype: Prototype, *, actor: Actor = None) -> None:
    """Bring an archived prototype back; refused while something that it builds on is archived."""
    with writing():
        refresh(prototype)
        guards.refuse_code(prototype)
        guards.refuse_archived_sources(prototype)
        if prototype.is_archived:
            _set_archived(prototype, archived=False)
            audit.changed([prototype], actor, "Brought back from the archive.")


def _set_archived(prototype: Prototype, *, archived: bool) -> None:
    prototype.archived_at = timezone.now() if archived else None
    prototype.version += 1
    prototype.save(update_fields=["archived_at", "version", "updated_at"])
