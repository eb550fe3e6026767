"""What can be wrong with a deployment, each with an id, the fact and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from routilux_site import postgres
from routilux_site.secret_key import GENERATED_PREFIX

OLDEST_POSTGRES = 15
PROCESS_LOCAL_CACHES = ("locmem.LocMemCache", "dummy.DummyCache")


@register()
def check_heartbeat(**_: Any) -> list[CheckMessage]:
    lease, heartbeat = settings.ROUTILUX["LEASE"], settings.ROUTILUX["HEARTBEAT"]
    if heartbeat <= lease / 2:
        return []
    message = f"ROUTILUX_HEARTBEAT is {heartbeat:g} s and ROUTILUX_LEASE is {lease:g} s."
    hint = "One late heartbeat would make a live session look dead: let the lease be two heartbeats or more."
    return [Error(message, hint=hint, id="routilux.E001")]


@register()
def check_shared_cache(**_: Any) -> list[CheckMessage]:
    backend = settings.CACHES[str(settings.Q_CLUSTER["cache"])]["BACKEND"]
    if not backend.endswith(PROCESS_LOCAL_CACHES):
        return []
    message = f"The cluster's cache is {backend}, which no other process can see."
    hint = "Use a file, database or Redis cache for CACHES['default']."
    return [Error(message, hint=hint, id="routilux.E002")]


@register(Tags.database)
def check_postgres_version(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    found = [(alias, connections[alias].pg_version // 10000) for alias in databases or ()]  # type: ignore[attr-defined]
    hint = f"Use Postgres {OLDEST_POSTGRES} or newer, or unset DATABASE_URL to use the embedded one."
    return [
        Error(f"The database {alias!r} is Postgres {version}.", hint=hint, id="routilux.E003")
        for alias, version in found
        if version < OLDEST_POSTGRES
    ]


@register(Tags.security, deploy=True)
def check_generated_key(**_: Any) -> list[CheckMessage]:
    if not settings.SECRET_KEY.startswith(GENERATED_PREFIX):
        return []
    hint = "Set SECRET_KEY or SECRET_KEY_FILE: every host that shares the database needs the same key."
    return [Warning("SECRET_KEY is the one that was generated on this machine.", hint=hint, id="routilux.W001")]


@register(Tags.security, deploy=True)
def check_embedded_postgres(**_: Any) -> list[CheckMessage]:
    if not postgres.is_embedded():
        return []
    hint = "Set DATABASE_URL to a server that is backed up and that other hosts can reach."
    return [Warning("Jobs and templates are kept in the embedded Postgres.", hint=hint, id="routilux.W002")]
