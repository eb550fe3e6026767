"""How fast pages are with a long history: `python -m benchmarks.pages ROWS=1000000`.

Seeds a Postgres of its own with so many finished jobs, and asks each page of the web application in this process.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PAGES = {
    "list": "/jobs/",
    "list of failed jobs": "/jobs/?q=status:failed",
    "list of one flow": "/jobs/?q=flow:orders",
    "list of the last two hours": "/jobs/?q=since:2h",
    "list of failed jobs of one flow": "/jobs/?q=status:failed+flow:orders",
    "errors": "/jobs/errors/",
    "API list": "/api/v1/jobs",
    "API list of failed jobs": "/api/v1/jobs?status=failed",
    "admin list": "/admin/jobs/job/",  # counts up to 10 000 rows, so it may read so many
}
ROUNDS = 40
Figures = tuple[float, float, int, int]


def main(words: list[str]) -> None:
    said = dict(word.split("=", 1) for word in words)
    rows = int(said.get("ROWS") or os.environ.get("ROWS") or 1_000_000)
    with tempfile.TemporaryDirectory(prefix="routilux-pages-") as folder:
        Path(folder).chmod(0o755)  # Postgres runs as a user of its own
        os.environ |= {
            "ROUTILUX_HOME": folder,
            "DJANGO_SETTINGS_MODULE": "routilux_site.settings",
            "LOG_LEVEL": "ERROR",
        }
        os.environ.pop("DATABASE_URL", None)
        try:
            _measure(rows)
        finally:
            _stop()


def _measure(rows: int) -> None:
    client, job = _prepared(rows)
    print(f"{rows} jobs. Server time of {ROUNDS} requests in this process.")
    print(f"{'page':<34}{'p50 ms':>8}{'p95 ms':>8}{'KB':>8}{'queries':>9}")
    for name, path in {**PAGES, "one job": job}.items():
        p50, p95, size, queries = figures(client, path)
        print(f"{name:<34}{p50:>8.1f}{p95:>8.1f}{size / 1024:>8.1f}{queries:>9}")


def _prepared(rows: int) -> tuple[Any, str]:
    """A client that is logged in, and the address of a job."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    from benchmarks.history import seed
    from jobs.models import Job
    from routilux_site import postgres
    from templates_app import services
    from templates_app.models import FlowPrototype

    postgres.ensure()
    call_command("migrate", verbosity=0)
    user = User.objects.create_superuser("bench")
    document = {"nodes": {"first": {"routine": "mapper"}}, "settings": {"entry": "first.input"}}
    flow = FlowPrototype.objects.get(pk=services.create_flow("orders", document=document).pk)
    seed(flow, rows=rows, actor=user.pk)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client, Job.objects.filter(status="failed").latest("id").get_absolute_url()


def figures(client: Any, path: str) -> Figures:
    """Median, 95th percentile, bytes and queries of one page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        page = client.get(path)
    asked = len(queries)  # before other requests take their place
    assert page.status_code == 200, f"{path}: {page.status_code}"
    times = sorted(_timed(client, path) for _ in range(ROUNDS))
    return statistics.median(times), times[int(len(times) * 0.95)], len(page.content), asked


def _timed(client: Any, path: str) -> float:
    begun = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - begun) * 1000


def _stop() -> None:
    from routilux_site import postgres

    postgres.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
