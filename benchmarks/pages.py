"""How fast pages and requests are with a long history: `python -m benchmarks.pages ROWS=1000000`.

Seeds a Postgres of its own with so many jobs and what belongs to them, and asks the web application in this process.
DOC=1 writes the table into docs/reference/speed.md. KEEP=folder keeps the rows there for the next run; ONLY=text asks
those whose name holds it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.document import publish, said

JOBS = {
    "list of jobs": "/jobs/",
    "… that failed": "/jobs/?q=status:failed",
    "… of one flow": "/jobs/?q=flow:orders",
    "… of the last two hours": "/jobs/?q=since:2h",
    "… that failed, of one flow": "/jobs/?q=status:failed+flow:orders",
    "… of one flow, of the last two hours": "/jobs/?q=flow:orders+since:2h",
    "… of a rare flow, cancelled": "/jobs/?q=flow:cleanup+status:cancelled",
    "… that somebody started, failed": "/jobs/?q=actor:bob+status:failed",
    "… with a value in the input": "/jobs/?q=input.customer.id:42",
    "… that failed, with a value in the input": "/jobs/?q=status:failed+input.customer.id:42",
    "… with a word in the error": "/jobs/?q=error:nowhere",
    "… of no value at all": "/jobs/?q=-status:completed,failed,cancelled,running",
    "errors by fingerprint": "/jobs/errors/",
    "… of thirty days": "/jobs/errors/?q=since:30d",
    "dashboard": "/jobs/dashboard/",
}
ADMIN = {
    "admin: jobs": "/admin/jobs/job/",
    "admin: flows": "/admin/templates_app/flowprototype/",
    "admin: search for an id": "/admin/jobs/job/?q=0199",
}
API = {
    "REST: jobs": "/api/v1/jobs",
    "REST: failed jobs": "/api/v1/jobs?status=failed",
    "REST: jobs of a flow by a person": "/api/v1/jobs?flow=orders&triggered_by=bob&status=cancelled",
    "REST: jobs of a revision": "/api/v1/jobs?flow=cleanup&revision=1",
    "REST: flows": "/api/v1/flows",
}
PAGES = {**JOBS, **ADMIN, **API}
PAGE, BLOCK = "reference/speed.md", "pages"


def main(words: list[str]) -> None:
    told = said(words)
    with _home(told.get("KEEP")) as folder:
        os.environ |= {
            "ROUTILUX_HOME": folder,
            "DJANGO_SETTINGS_MODULE": "routilux_site.settings",
            "LOG_LEVEL": "ERROR",
            "ROUTILUX_THROTTLE_TRIGGER": "1000000/minute",
        }
        os.environ.pop("DATABASE_URL", None)
        text = _measured(int(told.get("ROWS") or 1_000_000), told.get("ONLY", ""))
    publish(text, PAGE, BLOCK, said=told)


@contextmanager
def _home(kept: str | None) -> Iterator[str]:
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield str(Path(kept).absolute())
        return
    with tempfile.TemporaryDirectory(prefix="routilux-pages-") as folder:
        Path(folder).chmod(0o755)  # Postgres runs as a user of its own
        yield folder


def _measured(rows: int, only: str) -> str:
    import django

    django.setup()
    from benchmarks.asking import Question, ask
    from benchmarks.asking import table as table_of
    from benchmarks.report import machine
    from benchmarks.scene import a_scene

    with a_scene(rows) as scene:
        questions = [Question(name, scene.reader, path) for name, path in PAGES.items()] + scene.questions()
        found = [ask(question) for question in questions if only in question.name]
    return f"{machine()}\n\n{rows:,} jobs.\n\n{table_of(found)}"


if __name__ == "__main__":
    main(sys.argv[1:])
