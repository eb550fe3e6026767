"""A duplicate and the prototype that it was copied from: what has changed there since, and taking it over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from templates_app import audit, merging, stored
from templates_app.merging import Change, Side
from templates_app.models import Prototype
from templates_app.problems import Problem
from templates_app.refusals import Refused
from templates_app.routines.text import listed
from templates_app.services.settling import editing, sentences, settle

if TYPE_CHECKING:
    from templates_app.audit import Actor


def three_way(duplicate: Prototype) -> list[Change]:
    """What changed in the origin of `duplicate` since it was copied or last rebased, what in itself, and what in both.

    A constant number of queries. Raises Refused when it is a copy of nothing.
    """
    return merging.three_way(_base(duplicate), stored.meaning_of(_origin(duplicate)), stored.form_of(duplicate))


def rebase(
    duplicate: Prototype,
    *,
    take: Mapping[str, Side] | None = None,
    version: int | None = None,
    message: str = "",
    actor: Actor = None,
) -> list[Change]:
    """Take over what changed in the origin; returns the changes as they stood before.

    `take` says whose value counts, by path. It must say so of each conflict; else theirs counts where only they
    changed a field, and ours where we did. What we keep is no news in the next `three_way`.
    """
    chosen: Mapping[str, Side] = take or {}
    with editing(duplicate, version) as edit:
        origin = _origin(duplicate)
        theirs, ours = stored.meaning_of(origin), stored.form_of(duplicate)
        changes = merging.three_way(_base(duplicate), theirs, ours)
        _refuse_choices(changes, chosen)
        duplicate.origin_base = theirs
        told = edit.write(merging.apply(ours, changes, chosen))
        words = f"Rebased on ‘{origin}’, which changed {told.words or 'nothing here'}."
        settle(duplicate, actor=actor, message=message or words, fields=told.fields)
        audit.changed([duplicate], actor, sentences(words, message))
    return changes


def _origin(duplicate: Prototype) -> Prototype:
    origin = Prototype.objects.filter(duplicates=duplicate.pk).first()
    if origin is None:
        message = f"‘{duplicate}’ is a copy of nothing: only what was duplicated or detached can be rebased."
        raise Refused([Problem("origin", "no-origin", message)])
    return origin


def _base(duplicate: Prototype) -> stored.Form:
    return duplicate.origin_base or {}


def _refuse_choices(changes: list[Change], take: Mapping[str, Side]) -> None:
    paths = {change.path for change in changes}
    problems = [
        Problem(path, "unknown-field", f"Nothing changed here. What did: {listed(sorted(paths))}.")
        for path in take
        if path not in paths
    ]
    problems += [
        Problem(path, "invalid-value", f"{side!r} is not accepted: 'theirs' or 'ours' is.")
        for path, side in take.items()
        if side not in ("theirs", "ours")
    ]
    problems += [
        Problem(change.path, "conflict", "Changed on both sides: say whether 'theirs' or 'ours' counts.")
        for change in changes
        if change.kind == "conflict" and change.path not in take
    ]
    if problems:
        raise Refused(problems)
