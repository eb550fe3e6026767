"""What the verbs ask before they write; each raises what the caller is told."""

from __future__ import annotations

from collections.abc import Sequence

from templates_app import audit, lineage
from templates_app.models import Prototype, RoutinePrototype
from templates_app.problems import Problem, errors_in
from templates_app.refusals import InUse, ReadOnly, Refused, StaleVersion


def refuse_stale(prototype: Prototype, version: int) -> None:
    if prototype.version != version:
        raise StaleVersion(_who_was_faster(prototype, version), path="version")


def _who_was_faster(prototype: Prototype, version: int) -> str:
    entry = audit.last_change(prototype)
    by = f" by {entry.user} at {entry.action_time:%H:%M:%S} UTC ({entry.get_change_message()})" if entry else ""
    return (
        f"‘{prototype}’ was changed meanwhile{by}: you edited version {version}, it is at version {prototype.version}. "
        "Nothing was saved. Compare with what stands there now and save again."
    )


def refuse_errors(problems: Sequence[Problem]) -> None:
    errors = errors_in(problems)
    if errors:
        raise Refused(errors)


def refuse_code(prototype: Prototype) -> None:
    if prototype.is_code:
        raise ReadOnly(f"‘{prototype}’ is a class of the catalog and changes with the code: make a variant of it.")


def refuse_archived(prototype: Prototype) -> None:
    if prototype.is_archived:
        raise ReadOnly(f"‘{prototype}’ is archived: bring it back first.")


def refuse_dependants(prototype: Prototype) -> None:
    reached = lineage.with_dependants([prototype.pk]).values()
    others = sorted(found.name for found in reached if found.pk != prototype.pk and not found.is_archived)
    if others:
        more = f" and {len(others) - 20} more" if len(others) > 20 else ""
        raise InUse(f"‘{prototype}’ is in use by {', '.join(others[:20])}{more}: archive or change these first.")


def refuse_archived_sources(prototype: Prototype) -> None:
    parents = lineage.with_ancestors([prototype.pk])
    roots = [pk for pk, found in parents.items() if found.parent_id is None]
    routines = RoutinePrototype.objects.filter(used_by__flow__in=roots)
    gone = sorted({found.name for found in (*parents.values(), *routines) if found.is_archived and not found.is_code})
    gone = [name for name in gone if name != prototype.name]
    if gone:
        raise ReadOnly(f"‘{prototype}’ builds on {', '.join(gone)}, which are archived: bring these back first.")
