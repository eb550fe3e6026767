"""Django's own Postgres backend, which asks a connection whether it still answers only when there is a doubt."""

from __future__ import annotations

from django.db.backends.postgresql import base

from routilux_site.lib.quiet import is_quiet


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Asked before each request: a round trip would cost a tenth of those that start a job."""
        return self.connection is not None and (is_quiet(self.connection) or super().is_usable())
