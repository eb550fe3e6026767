"""Connections of the engine's own: autocommit, server-side binding, statements prepared at first use.

They are opened after the fork and never shared with Django's, so that a routine cannot disturb the engine's
transaction state, and the engine's LISTEN and advisory locks survive Django's connection housekeeping.
"""

from __future__ import annotations

import os
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


class Links:
    """Connections that a process keeps between sessions, so that prepared statements and their plans are kept too."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], Link] = {}

    def get(self, name: str) -> Link:
        """The kept connection of that name if it still answers, else a new one. Never one from before a fork."""
        link = self._kept.get((os.getpid(), name))
        if link is None or not _answers(link):
            link = self._kept[os.getpid(), name] = open_link(name)
        return link

    def close(self) -> None:
        for link in self._kept.values():
            link.close()
        self._kept.clear()


def _answers(link: Link) -> bool:
    try:
        return not link.closed and run(link, "SELECT 1").fetchone() is not None
    except psycopg.Error:
        link.close()
        return False
