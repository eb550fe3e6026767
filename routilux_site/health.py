"""`/healthz` says that this process answers; `/readyz` says that the whole can do its work."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jobs.history.health import runtime_health

logger = logging.getLogger(__name__)


class NotReadyError(Exception):
    """Its text is shown to staff only."""


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    problems = {name: problem for name, check in CHECKS.items() if (problem := _problem(name, check))}
    body: dict[str, Any] = {
        "status": "unready" if problems else "ready",
        "checks": {name: "failed" if name in problems else "ok" for name in CHECKS},
    }
    # Without a database nobody can be known to be staff.
    if "database" not in problems and request.user.is_staff:
        body["problems"] = problems
    return JsonResponse(body, status=503 if problems else 200)


def _problem(name: str, check: Callable[[], None]) -> str | None:
    try:
        check()
    except Exception as error:
        if not isinstance(error, NotReadyError):
            logger.warning("readiness check failed", extra={"action": "not_ready", "check": name}, exc_info=True)
        return str(error) or type(error).__name__
    return None


def _check_database() -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    if not connection.is_usable():
        connection.close()
        connection.ensure_connection()


def _check_migrations() -> None:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    missing = [f"{m.app_label}.{m.name}" for m, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if missing:
        raise NotReadyError(f"Not applied: {', '.join(missing)}.")


def _check_cluster() -> None:
    health = runtime_health()
    if not health["supervisors"] and not health["live_sessions"]:
        raise NotReadyError("No cluster is alive: run `manage.py runtime`.")


def _check_backlog() -> None:
    age = runtime_health()["oldest_runnable_seconds"]
    limit = settings.ROUTILUX["BACKLOG"]
    if age is not None and age > limit:
        raise NotReadyError(f"The oldest runnable step has waited for {age:.0f} s; up to {limit:g} s is healthy.")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _check_database,
    "migrations": _check_migrations,
    "cluster": _check_cluster,
    "backlog": _check_backlog,
}
