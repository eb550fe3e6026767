"""Writes of many rows at once, each one statement with a constant number of parameters.

The ORM would send an expression a row, or an array that psycopg quotes character by character: with a thousand
flows that is most of the time of a save.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

_ADD_REVISIONS = """
    INSERT INTO templates_app_revision
        (flow_id, number, canonical, hash, message, created_at, created_by_id, for_launch)
    SELECT made.flow, last.number + 1, made.canonical, made.hash, %s, clock_timestamp(), %s, false
    FROM json_to_recordset(%s::json) AS made (flow bigint, hash text, canonical text)
    CROSS JOIN LATERAL (
        SELECT coalesce(max(number), 0) AS number FROM templates_app_revision WHERE flow_id = made.flow
    ) last
    RETURNING flow_id, id
"""

_MOVE_HEADS = """
    UPDATE templates_app_prototype SET head_id = moved.head
    FROM unnest(%s::bigint[], %s::bigint[]) AS moved (flow, head) WHERE id = moved.flow
"""

_TELL_PROBLEMS = """
    UPDATE templates_app_prototype SET problems = told.problems
    FROM json_to_recordset(%s::json) AS told (prototype bigint, problems jsonb) WHERE id = told.prototype
"""


@dataclass(frozen=True, slots=True)
class NewRevision:
    flow: int
    hash: str
    canonical: str


def add_revisions(made: Iterable[NewRevision], *, message: str, author: int | None) -> dict[int, int]:
    """Number and store one new revision for each flow; returns their ids by flow. Only under the write lock."""
    rows = [{"flow": one.flow, "hash": one.hash, "canonical": one.canonical} for one in made]
    with connection.cursor() as cursor:
        cursor.execute(_ADD_REVISIONS, [message, author, json.dumps(rows)])
        return dict(cursor.fetchall())


def move_heads(heads: Mapping[int, int | None]) -> None:
    if heads:
        with connection.cursor() as cursor:
            cursor.execute(_MOVE_HEADS, [list(heads), list(heads.values())])


def tell_problems(problems: Mapping[int, Sequence[Mapping[str, Any]]]) -> None:
    if problems:
        rows = [{"prototype": pk, "problems": list(told)} for pk, told in problems.items()]
        with connection.cursor() as cursor:
            cursor.execute(_TELL_PROBLEMS, [json.dumps(rows)])
