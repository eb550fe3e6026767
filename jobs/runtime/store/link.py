"""Connections of the engine's own: autocommit, server-side binding, statements prepared at first use.

They are opened after the fork and never shared with Django's, so that a routine cannot disturb the engine's
transaction state, and the engine's LISTEN and advisory locks survive Django's connection housekeeping.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import Error as DjangoDatabaseError
from django.db import InterfaceError, OperationalError, connections
from django.db.backends.utils import CursorWrapper
from psycopg import errors
from psycopg.rows import TupleRow

from routilux_site.lib.quiet import is_quiet

Link = psycopg.Connection[TupleRow]

#: Seconds after which the server gives up a host that vanished: it would else keep its locks.
SERVER_KEEPALIVE = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"

#: Planned once, row by row through an index: a plan made while a table was small must not read all of it when it has
#: grown, and both a merge and a hash join do, even by an index.
PLANNER = " ".join(
    ["-c plan_cache_mode=force_generic_plan -c jit=off"]
    + [f"-c enable_{way}=off" for way in ("seqscan", "bitmapscan", "mergejoin", "hashjoin")]
)
#: Milliseconds to wait for a row that somebody else holds; then others get their turn first.
LOCK_TIMEOUT = 300
#: Whatever goes wrong on a connection of the engine's own, or on Django's.
DATABASE_ERRORS = (psycopg.Error, DjangoDatabaseError)
#: The database is not to be had, or somebody was in the way. Any other error speaks of what was asked of it.
OUTAGES = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, InterfaceError)
#: Somebody else was in the way; nothing was written, and the same may be tried again.
CONFLICTS = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)


def open_link(name: str, *, durable: bool = True) -> Link:
    """A new connection to the default database. `name` is what pg_stat_activity shows.

    Without `durable`, a crash of the server may undo its last commits. That suits claims and heartbeats: an undone
    claim runs again. What is committed durably afterwards makes them durable too, for the log is written in order.
    """
    params = connections["default"].get_connection_params()
    for key in ("cursor_factory", "context", "prepare_threshold", "server_side_binding", "pool"):
        params.pop(key, None)
    commit = "" if durable else "-c synchronous_commit=off"
    bounds = f"{SERVER_KEEPALIVE} -c lock_timeout={LOCK_TIMEOUT} -c idle_in_transaction_session_timeout={_lease()}"
    options = f"{params.pop('options', '')} {PLANNER} {bounds} {commit}".strip()
    mine: dict[str, Any] = {**params, "options": options, "application_name": f"routilux {name}"}
    return psycopg.connect(**mine, connect_timeout=5, autocommit=True, prepare_threshold=0)


def bound_idleness(link: Link) -> None:
    """For the rest of this transaction: whoever freezes in the middle of a commit must not keep its locks."""
    run(link, f"SET LOCAL idle_in_transaction_session_timeout = {_lease()}")


def _lease() -> int:
    """In milliseconds."""
    return int(settings.ROUTILUX["LEASE"] * 1000)


def django_link() -> Link:
    """Django's connection of this thread, for a step that commits together with its routine's own rows."""
    connection = connections["default"]
    connection.ensure_connection()
    return connection.connection  # type: ignore[no-any-return]


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    """On Django's connection of this thread, and checked, counted and logged as Django's own; but what it executes is
    planned once a connection and not for each request, which costs as long as the execution."""
    connection = connections["default"]
    connection.close_if_health_check_failed()
    link = django_link()
    make = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    before, link.prepare_threshold = link.prepare_threshold, 0
    try:
        with make(psycopg.Cursor(link)) as cursor:  # type: ignore[arg-type] # what Django calls a cursor, it wraps
            yield cursor
    finally:
        link.prepare_threshold = before


def run(link: Link, sql: str, params: dict[str, Any] | None = None) -> psycopg.Cursor[TupleRow]:
    cursor = psycopg.Cursor(link)
    cursor.execute(sql.encode(), params)
    return cursor


class Links:
    """Connections that a process keeps between sessions, so that prepared statements and their plans are kept too."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], Link] = {}

    def get(self, name: str, *, durable: bool = True) -> Link:
        """The kept connection of that name if it still answers, else a new one. Never one from before a fork."""
        link = self._kept.get((os.getpid(), name))
        if link is None or not _answers(link):
            link = self._kept[os.getpid(), name] = open_link(name, durable=durable)
        return link

    def close(self) -> None:
        for link in self._kept.values():
            link.close()
        self._kept.clear()


def is_conflict(error: BaseException | None) -> bool:
    """Also when Django wrapped it."""
    return isinstance(error, CONFLICTS) or (error is not None and isinstance(error.__cause__, CONFLICTS))


def is_broken(link: Link) -> bool:
    """Nothing can be known of what was under way on this connection."""
    return link.closed or link.broken


def _answers(link: Link) -> bool:
    """An idle connection that has something to read has been ended by the server, or holds an old notification."""
    if is_broken(link):
        return False
    if is_quiet(link):
        return True
    try:
        return run(link, "SELECT 1").fetchone() is not None
    except psycopg.Error:
        link.close()
        return False


#: Of this process.
links = Links()
