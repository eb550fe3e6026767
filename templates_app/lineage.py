"""Chains of parents and everything that depends on a prototype: one recursive statement each, however deep they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import connection

from templates_app.models import Prototype

# one number for the whole project: whoever writes templates, or is asked by the trigger of migration 0002, takes it
WRITE_LOCK = 7_046_029_254_386_353

_ANCESTORS = """
    WITH RECURSIVE chain (id, parent_id) AS (
        SELECT id, parent_id FROM templates_app_prototype WHERE id = ANY (%s::bigint[])
        UNION
        SELECT up.id, up.parent_id FROM templates_app_prototype up JOIN chain ON up.id = chain.parent_id
    )
    SELECT prototype.* FROM templates_app_prototype prototype JOIN chain USING (id)
"""

_DEPENDANTS = """
    WITH RECURSIVE leads (origin, dependant) AS (
        SELECT parent_id, id FROM templates_app_prototype WHERE parent_id IS NOT NULL
        UNION ALL
        SELECT routine_id, flow_id FROM templates_app_node
    ), reached (id) AS (
        SELECT unnest(%s::bigint[])
        UNION
        SELECT leads.dependant FROM leads JOIN reached ON leads.origin = reached.id
    )
    SELECT prototype.* FROM templates_app_prototype prototype JOIN reached USING (id)
"""


def with_ancestors(ids: Iterable[int]) -> dict[int, Prototype]:
    """The prototypes `ids` and all their parents, by id, in one query."""
    return {found.pk: found for found in Prototype.objects.raw(_ANCESTORS, [sorted(set(ids))])}


def with_dependants(ids: Iterable[int]) -> dict[int, Prototype]:
    """The prototypes `ids`, their variants, the flows that use any of them, and the variants of those; one query."""
    return {found.pk: found for found in Prototype.objects.raw(_DEPENDANTS, [sorted(set(ids))])}


def chain(prototype: Prototype, known: Mapping[int, Prototype]) -> list[Prototype]:
    """From the root to `prototype` itself, out of what `with_ancestors` found."""
    found = [prototype]
    while found[-1].parent_id is not None:
        found.append(known[found[-1].parent_id])
    return found[::-1]


def lock_for_writing() -> None:
    """Writers of templates take turns until they commit: two saves at once could each miss what the other changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITE_LOCK])
