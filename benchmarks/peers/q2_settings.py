"""Plain django-q2 on its own ORM broker.

Settings: two clusters of ten worker processes (it has no threads), a poll of 20 ms instead of 200, ten tickets a fetch.
"""

from __future__ import annotations

import json
import os

_dsn = json.loads(os.environ["BENCH_DSN"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _dsn["dbname"],
        "USER": _dsn["user"],
        "HOST": _dsn["host"],
        "PORT": str(_dsn["port"]),
        "CONN_MAX_AGE": None,
    }
}
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django_q"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = "only measured"  # noqa: S105
USE_TZ = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
LOGGING_CONFIG = None
Q_CLUSTER = {
    "name": "bench",
    "orm": "default",
    "workers": 10,
    "bulk": 10,
    "queue_limit": 50,
    "poll": 0.02,
    "timeout": 60,
    "retry": 120,
    "save_limit": 0,
    "log_level": "ERROR",
}
