"""Django's own Postgres backend, which starts the embedded server the first time that nobody answers."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.utils import OperationalError

from routilux_site import postgres


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError as error:
            try:
                postgres.ensure()
            except (postgres.PostgresError, OSError) as reason:
                raise OperationalError(str(reason)) from error
            return super().get_new_connection(conn_params)
