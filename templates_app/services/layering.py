"""Fields between a variant and its parent: given back, handed up, or taken along for good."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from templates_app import audit, fieldrules, guards, lineage, load, stored
from templates_app.fieldpaths import Keys, drop, fields, get, parse, put, show
from templates_app.models import Prototype
from templates_app.problems import Problem
from templates_app.refusals import ReadOnly, Refused
from templates_app.routines.text import listed
from templates_app.services.settling import Edit, editing, has_errors, refresh, sentences, settle

if TYPE_CHECKING:
    from templates_app.audit import Actor


def reset(
    prototype: Prototype, *, path: str, version: int | None = None, message: str = "", actor: Actor = None
) -> None:
    """Let `prototype` inherit the field at `path` again (`config.timeout`, `nodes.clean`: all overrides of a node)."""
    keys = parse(path)
    with editing(prototype, version) as edit:
        form = stored.form_of(prototype)
        for field in _own_fields(prototype, form, keys):
            form = drop(form, field)
        told = edit.write(form)
        words = f"Reset {show(keys)} to inherited."
        settle(prototype, actor=actor, message=message or words, fields=told.fields)
        audit.changed([prototype], actor, sentences(words, message))


def promote(
    variant: Prototype, *, paths: Collection[str], version: int | None = None, message: str = "", actor: Actor = None
) -> None:
    """Move the values of `variant` at `paths` to its parent; it then inherits them, and so do its siblings.

    What the variant means stays as it is. Raises ReadOnly where the parent is a class of the catalog.
    """
    wanted = [parse(path, place="paths") for path in paths]
    with editing(variant, version) as edit:
        parent = _parent(variant)
        form, above = stored.form_of(variant), stored.form_of(parent)
        for field in sorted({field for keys in wanted for field in _own_fields(variant, form, keys)}):
            above, form = put(above, field, get(form, field)), drop(form, field)
        told = Edit(parent).write(above)
        edit.write(form)
        words = f"Promoted {listed(map(show, wanted))} from variant {variant.name!r}."
        settle(parent, actor=actor, message=message or words, fields=told.fields)
        _refuse_invalid(variant)
        audit.changed([parent], actor, sentences(words, message))
        audit.changed([variant], actor, sentences(f"Promoted {listed(map(show, wanted))} to ‘{parent}’.", message))


def detach(variant: Prototype, *, version: int | None = None, message: str = "", actor: Actor = None) -> None:
    """Make `variant` independent of its parent: it keeps its meaning, and its rules with those that it inherited.

    The parent becomes its origin, so that it can be rebased on what changes there. Raises ReadOnly where it has no
    parent but a class of the catalog.
    """
    with editing(variant, version):
        parent = _parent(variant, to="detach it from")
        layers = load.layers(variant)
        meaning, base = stored.meaning_of(variant), stored.meaning_of(parent)
        variant.rules = fieldrules.combined(layers)
        variant.origin_id, variant.origin_base = parent.pk, base
        variant.parent_id = (
            None if variant.is_flow else lineage.chain(variant, lineage.with_ancestors([parent.pk]))[0].pk
        )
        variant.version += 1
        stored.store(variant, meaning)
        words = f"Detached from ‘{parent}’."
        settle(variant, actor=actor, message=message or words)
        audit.changed([variant], actor, sentences(words, message))


def _parent(variant: Prototype, to: str = "promote to") -> Prototype:
    parent = Prototype.objects.filter(children=variant.pk).first()
    if parent is None or parent.is_code:
        raise ReadOnly(f"‘{variant}’ is no variant of a stored prototype: there is nothing to {to}.")
    refresh(parent)
    guards.refuse_archived(parent)
    return parent


def _own_fields(prototype: Prototype, form: dict[str, Any], keys: Keys) -> list[Keys]:
    """The fields that `form` sets at or below `keys`; the graph is no field. Raises Refused when there is none."""
    own = [field for field, _ in fields(form) if field != ("connections",) and field[2:] != ("routine",)]
    found = [field for field in own if field[: len(keys)] == keys]
    if not found:
        message = f"‘{prototype}’ does not set this itself. It sets: {listed(map(show, own))}."
        raise Refused([Problem(show(keys), "not-overridden", message)])
    return found


def _refuse_invalid(variant: Prototype) -> None:
    variant.refresh_from_db(fields=["head", "problems"])
    if has_errors(variant):
        raise Refused([Problem(**problem) for problem in variant.problems if problem["level"] == "error"])
