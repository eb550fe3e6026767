"""The committed query counts. `python -m tests.routes.counts` renews them from a database of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.routes.conf import Route

COUNTS = Path(__file__).parents[1] / "query_counts.json"


@cache
def pinned() -> dict[str, int]:
    found: dict[str, int] = json.loads(COUNTS.read_text())
    return found


def count(route: Route, variant: str) -> int:
    """Queries of one GET by somebody who may do everything; session, user and permissions are included."""
    from django.contrib.auth.models import User
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.routes.filling import address

    client, path = Client(), address(route, variant)
    client.force_login(User.objects.get(username="bob"))
    client.get(path)  # content types and catalogs are cached from the first page on
    # Within a transaction as in the tests, so that savepoints count alike.
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
        if answer.streaming:
            b"".join(answer)
    return len(queries)


def renew() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from tests.routes.places import NAMES, PLACES
    from tests.routes.world import a_world

    with _test_database(), a_world():
        found = {name: count(*place) for name, place in zip(NAMES, PLACES, strict=True)}
    COUNTS.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


@contextmanager
def _test_database() -> Iterator[None]:
    from django.conf import settings
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    from routilux_site import postgres

    postgres.ensure()
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_routilux_{os.getpid()}"
    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)


if __name__ == "__main__":
    renew()
