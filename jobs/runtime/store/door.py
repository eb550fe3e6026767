"""What a system's request asks before anything else, thousands of times a minute: who calls, and which flow is meant.

Each is one statement that is not put together anew every time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, TypeVar

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model

from jobs.models import ApiToken
from jobs.runtime.store.link import prepared_cursor
from templates_app.models import FlowPrototype, Revision

M = TypeVar("M", bound=Model)
_TOKEN: Final = ("id", "user_id", "name", "prefix", "digest", "created_at", "expires_at", "revoked_at", "last_used_at")
_LISTS: Final = ("flow_names", "scopes")
_USER: Final = ("id", "username", "is_active", "is_staff", "is_superuser")
_FLOW: Final = ("id", "kind", "name", "parent_id", "head_id", "archived_at")
_HEAD: Final = ("id", "flow_id", "number", "hash")


def _columns(table: str, names: Sequence[str], cast: str = "") -> str:
    return ", ".join(f"{table}.{name}{cast}" for name in names)


#: Whatever the user may, by themselves and by their groups: what Django asks two more times for.
CALLER = """
SELECT {columns},
       ARRAY(SELECT c.app_label || '.' || p.codename
             FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id
             WHERE p.id IN (SELECT permission_id FROM auth_user_user_permissions WHERE user_id = u.id
                            UNION ALL
                            SELECT g.permission_id FROM auth_group_permissions g
                            JOIN auth_user_groups m ON m.group_id = g.group_id WHERE m.user_id = u.id))
FROM jobs_apitoken t JOIN auth_user u ON u.id = t.user_id WHERE t.prefix = %(prefix)s
""".replace("{columns}", f"{_columns('t', _TOKEN)}, {_columns('t', _LISTS, '::text')}, {_columns('u', _USER)}")
#: Without the documents of the flow and of its revision, which may be large: a job is run from the cache of programs.
FLOW = """
SELECT {columns} FROM templates_app_prototype f LEFT JOIN templates_app_revision h ON h.id = f.head_id
WHERE f.kind = 'flow' AND f.name = %(name)s
""".replace("{columns}", f"{_columns('f', _FLOW)}, {_columns('h', _HEAD)}")


def token_of(prefix: str) -> ApiToken | None:
    """The token with its user, who knows already what they may."""
    row = _one(CALLER, {"prefix": prefix})
    if row is None:
        return None
    own, lists, user = len(_TOKEN), len(_LISTS), len(_USER)
    values = [*row[:own], *(json.loads(text) for text in row[own : own + lists])]
    token = _made(ApiToken, (*_TOKEN, *_LISTS), values)
    token.user = _made(User, _USER, row[own + lists : own + lists + user])
    # Where Django's own backend keeps it.
    token.user._perm_cache = set(row[-1]) if token.user.is_active else set()  # type: ignore[attr-defined]
    return token


def flow_of(name: str) -> FlowPrototype | None:
    """The flow of that name with its head; what else there is of it is read when it is asked for."""
    row = _one(FLOW, {"name": name})
    if row is None:
        return None
    flow = _made(FlowPrototype, _FLOW, row[: len(_FLOW)])
    flow.head = _made(Revision, _HEAD, row[len(_FLOW) :]) if flow.head_id else None
    return flow


def _one(sql: str, params: dict[str, Any]) -> tuple[Any, ...] | None:
    with prepared_cursor() as cursor:
        cursor.execute(sql, params)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def _made(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M:
    """Django takes values in the order of the model's own fields."""
    given = dict(zip(names, values, strict=True))
    ordered = [field.attname for field in model._meta.concrete_fields if field.attname in given]
    return model.from_db(connection.alias, ordered, [given[name] for name in ordered])
