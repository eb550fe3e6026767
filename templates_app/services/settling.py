"""What every verb does around its own change: one transaction, one writer, dependants brought in step, history told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from templates_app import audit, guards, lineage, naming
from templates_app.models import Prototype
from templates_app.naming import About
from templates_app.revise import revise

if TYPE_CHECKING:
    from templates_app.audit import Actor


@contextmanager
def writing() -> Iterator[None]:
    with transaction.atomic():
        lineage.lock_for_writing()
        yield


@dataclass(frozen=True)
class Edit:
    prototype: Prototype
    before: Mapping[str, Any]

    def save(self, about: About | None = None) -> None:
        self.prototype.version += 1
        naming.describe(self.prototype, about)
        self.prototype.save()

    def differences(self, after: Mapping[str, Any]) -> str:
        return audit.differences(self.before, after)


@contextmanager
def editing(prototype: Prototype, version: int) -> Iterator[Edit]:
    with writing():
        refresh(prototype)
        guards.refuse_code(prototype)
        guards.refuse_archived(prototype)
        guards.refuse_stale(prototype, version)
        yield Edit(prototype, prototype.own)


def settle(subject: Prototype, actor: Actor, message: str) -> None:
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


def refresh(prototype: Prototype) -> None:
    prototype.refresh_from_db(from_queryset=Prototype.objects.select_for_update())


def changed(differences: str) -> str:
    return f"Changed {differences}." if differences else "Changed the description."
