"""The Postgres of this project: an embedded server, unless DATABASE_URL names one of your own.

The embedded server outlives the process that started it, any number of processes may call `ensure()` at once, and it
stops only when `stop()` is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from routilux_site.embedded.programs import PostgresError
from routilux_site.embedded.server import Server, StopMode

__all__ = ["PostgresError", "Server", "StopMode", "ensure", "is_embedded", "is_running", "server", "start", "stop"]


def is_embedded() -> bool:
    return bool(settings.ROUTILUX_EMBEDDED_POSTGRES)


def server() -> Server:
    return Server(Path(settings.ROUTILUX_HOME))


def ensure() -> dict[str, Any]:
    """Start the embedded server unless it answers; returns psycopg keyword arguments (of DATABASE_URL if set)."""
    if is_embedded():
        return server().ensure()
    database = settings.DATABASES["default"]
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {**database["OPTIONS"], **{key: database[name] for key, name in names.items() if database[name]}}


def start() -> None:
    ensure()


def is_running() -> bool:
    """Whether the embedded server answers; False when DATABASE_URL stands in its place."""
    return is_embedded() and server().is_running()


def stop(mode: StopMode = "fast") -> None:
    """Stop the embedded server; harmless when it is not running or not ours."""
    if is_embedded():
        server().stop(mode)
