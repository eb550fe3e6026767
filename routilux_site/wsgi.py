from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")

application = get_wsgi_application()


def bound_statements() -> None:
    """No question of one reader may hold a web thread and a connection for long; workers are not bounded."""
    from django.conf import settings

    milliseconds = int(settings.WEB["STATEMENT_TIMEOUT"] * 1000)
    os.environ.setdefault("PGOPTIONS", f"-c statement_timeout={milliseconds}")


def settle_in() -> None:
    """Load all routes before the first request, and take what is loaded for ever out of the sight of the collector:
    a full collection would hold up every request of the process for some fifty milliseconds."""
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()


bound_statements()
settle_in()
