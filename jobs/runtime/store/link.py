"""Connections of the engine's own: autocommit, server-side binding, statements prepared at first use.

They are opened after the fork and never shared with Django's, so that a routine cannot disturb the engine's
transaction state, and the engine's LISTEN and advisory locks survive Django's connection housekeeping.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connections
from psycopg.rows import TupleRow

Link = psycopg.Connection[TupleRow]

#: Seconds after which a silent peer is given up; otherwise a cut network would hang a lane for hours.
KEEPALIVE = {"keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}


def open_link(name: str) -> Link:
    """A new connection to the default database. `name` is what pg_stat_activity shows."""
    params = connections["default"].get_connection_params()
    for key in ("cursor_factory", "context", "prepare_threshold", "server_side_binding", "pool"):
        params.pop(key, None)
    options: dict[str, Any] = {**params, **KEEPALIVE, "application_name": f"routilux {name}", "connect_timeout": 5}
    return psycopg.connect(**options, autocommit=True, prepare_threshold=0)


def django_link() -> Link:
    """Django's connection of this thread, for a step that commits together with its routine's own rows."""
    connection = connections["default"]
    connection.ensure_connection()
    return connection.connection  # type: ignore[no-any-return]


def run(link: Link, sql: str, params: dict[str, Any] | None = None) -> psycopg.Cursor[TupleRow]:
    cursor = psycopg.Cursor(link)
    cursor.execute(sql.encode(), params)
    return cursor
