"""What every verb does around its own change: one transaction, one writer, dependants brought in step, history told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from templates_app import audit, guards, lineage, naming, stored, watch
from templates_app.models import Prototype
from templates_app.naming import About
from templates_app.revise import revise
from templates_app.stored import Form

if TYPE_CHECKING:
    from templates_app.audit import Actor


@contextmanager
def writing() -> Iterator[None]:
    with transaction.atomic():
        lineage.lock_for_writing()
        yield


@dataclass(frozen=True, slots=True)
class Told:
    """What an edit changed: in words for the history, and as paths of fields."""

    words: str
    fields: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"Changed {self.words}." if self.words else "Changed the description."


@dataclass(frozen=True)
class Edit:
    prototype: Prototype

    def write(self, form: Form, about: About | None = None) -> Told:
        """Store `form` in place of what is stored; see `stored` for the form."""
        before = stored.form_of(self.prototype)
        self.prototype.version += 1
        naming.describe(self.prototype, about)
        stored.store(self.prototype, form)
        words = audit.differences(_document(self.prototype, before), _document(self.prototype, form))
        return Told(words, stored.changed_fields(before, form))


@contextmanager
def editing(prototype: Prototype, version: int | None) -> Iterator[Edit]:
    """`version` is the one that the caller had read; None says that the caller's change does not depend on it."""
    with writing():
        refresh(prototype)
        guards.refuse_code(prototype)
        guards.refuse_archived(prototype)
        if version is not None:
            guards.refuse_stale(prototype, version)
        yield Edit(prototype)


def settle(subject: Prototype, *, actor: Actor, message: str, fields: tuple[str, ...] = ()) -> None:
    """Bring everything that depends on `subject` in step with it; raises Refused when `subject` itself is wrong.

    `fields` are those of `subject` that the verb wrote, for whoever wants to know which dependants override them.
    """
    reached = lineage.with_dependants([subject.pk])
    heads = {pk: found.head_id for pk, found in reached.items()}
    errors = {pk: has_errors(found) for pk, found in reached.items()}
    outcomes = revise(list(reached.values()), actor=actor, message=message)
    guards.refuse_errors(outcomes[subject.pk].problems)
    subject.head_id, subject.problems = reached[subject.pk].head_id, reached[subject.pk].problems
    watcher = watch.current()
    if watcher is not None:
        watcher.changes.append(watch.Change(reached[subject.pk], fields))
    others = [found for found in reached.values() if found.pk != subject.pk]
    moved = [found for found in others if found.head_id != heads[found.pk] or has_errors(found) != errors[found.pk]]
    _tell_dependants(moved, subject, actor)


def has_errors(prototype: Prototype) -> bool:
    return any(problem["level"] == "error" for problem in prototype.problems)


def _tell_dependants(moved: list[Prototype], cause: Prototype, actor: Actor) -> None:
    because = f"because {cause.kind} ‘{cause}’ changed."
    broken = [found for found in moved if has_errors(found)]
    audit.changed(broken, actor, f"Became invalid, {because}")
    healthy = [found for found in moved if not has_errors(found)]
    audit.changed([found for found in healthy if found.is_flow], actor, f"New revision, {because}")
    audit.changed([found for found in healthy if not found.is_flow], actor, f"Became valid again, {because}")


def refresh(prototype: Prototype) -> None:
    watcher = watch.current()
    if watcher is not None:
        watcher.touched.append(prototype)
    prototype.refresh_from_db(from_queryset=Prototype.objects.select_for_update())


def _document(prototype: Prototype, form: Form) -> Mapping[str, Any]:
    return stored.told_document(form) if prototype.is_flow else form


def sentences(*parts: str) -> str:
    return " ".join(filter(None, parts))
