from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")

application = get_wsgi_application()


def bound_statements() -> None:
    """No question of one reader may hold a web thread and a connection for long; workers are not bounded."""
    from django.conf import settings

    milliseconds = int(settings.WEB["STATEMENT_TIMEOUT"] * 1000)
    os.environ.setdefault("PGOPTIONS", f"-c statement_timeout={milliseconds}")


bound_statements()
