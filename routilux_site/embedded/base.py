"""The backend that starts the embedded server the first time that nobody answers."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.utils import OperationalError

from routilux_site import postgres
from routilux_site.backend import base


class DatabaseWrapper(base.DatabaseWrapper):
    def ensure_server(self) -> None:
        """For those with connections of their own: start the server unless it answers."""
        try:
            postgres.ensure()
        except (postgres.PostgresError, OSError) as reason:
            raise OperationalError(str(reason)) from reason

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            self.ensure_server()
            return super().get_new_connection(conn_params)
