"""manage.py runtime: the supervised django-q2 cluster. On any number of hosts with one database it is one Runtime."""

from __future__ import annotations

import sys
from typing import Any

import psycopg
from django.core.management.base import BaseCommand

from jobs.runtime.supervisor import Supervisor
from routilux_site import postgres


class Command(BaseCommand):
    help = "Run a django-q2 cluster and keep it alive. Stop it with SIGTERM or Ctrl-C: running steps may finish."

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(Supervisor(ensure_database=_ensure_database).run())


def _ensure_database() -> None:
    """Start the embedded Postgres anew after a crash; with DATABASE_URL set there is nothing of ours to start."""
    try:
        postgres.ensure()
    except (postgres.PostgresError, OSError) as error:
        raise psycopg.OperationalError(str(error)) from error
