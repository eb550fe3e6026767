"""What really ran, kept outside of the database: one line when a routine begins, one when it is done.

Lines are appended in one write each, so their order is the order in which things happened, whoever dies meanwhile.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from templates_app.routines import RunContext

PATH = os.environ.get("HAZARD_JOURNAL", os.devnull)


@contextmanager
def execution(run: RunContext) -> Iterator[str]:
    """Yields a name for this execution, which its output carries."""
    name = uuid4().hex
    job, _, step = run.idempotency_key.partition(":")
    # Which claim of the step this is, by which the engine knows its owner; `run.attempt` counts errors only.
    attempt = run._step.attempt  # type: ignore[attr-defined]
    _note("begin", name, job, int(step), attempt)
    yield name
    _note("end", name, job, int(step), attempt)


def _note(kind: str, name: str, *where: object) -> None:
    line = json.dumps([time.monotonic(), os.getpid(), kind, name, *where]) + "\n"
    file = os.open(PATH, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)
