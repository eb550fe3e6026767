"""What Django's DATABASES says: the embedded server, or the one that DATABASE_URL names."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from routilux_site.embedded.server import DATABASE, PORT, USER, Server

#: Seconds after which a peer that fell silent is given up, so that a connection to it is not taken for a good one.
KEEPALIVE = {"keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
# A pool or a closed connection per request would cost the runtime its locks; a forked pool corrupts the protocol.
COMMON: dict[str, Any] = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}


def embedded(home: Path) -> dict[str, Any]:
    host = str(Server(home).socket_dir)
    return {
        **COMMON,
        "ENGINE": "routilux_site.embedded",
        "NAME": DATABASE,
        "USER": USER,
        "HOST": host,
        "PORT": str(PORT),
    }


def from_url(url: str) -> dict[str, Any]:
    """`postgresql://user:password@host:port/name?sslmode=require`; a socket folder goes into `?host=/folder`."""
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}.") from None
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must start with postgresql:// and name a Postgres server (15 to 18).")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("DATABASE_URL names no database: postgresql://user@host:5432/name.")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", unquote(parts.hostname or ""))
    return {
        **COMMON,
        "ENGINE": "routilux_site.backend",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": options.pop("port", port),
        "OPTIONS": {**KEEPALIVE, **options},
    }
