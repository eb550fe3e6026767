"""Running a routine as the engine would, without one."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from routilux_site.lib import strict_json
from templates_app import catalog
from templates_app.routines import Routine, RunContext, run_routine


class FakeServices:
    """Uploads and datasets in memory."""

    def __init__(self, **uploads: bytes) -> None:
        self.uploads = uploads
        self.written: list[tuple[str, list[dict[str, Any]], str | None]] = []

    def open_upload(self, name: str) -> BinaryIO:
        return io.BytesIO(self.uploads[name])

    def write_rows(self, dataset: str, rows: list[dict[str, Any]], key: str | None) -> int:
        self.written.append((dataset, rows, key))
        return len(rows)


def run(routine: Routine, inputs: dict[str, list[Any]], **context: Any) -> RunContext:
    done = RunContext(job_id="job", node="node", **context)
    run_routine(routine, inputs, done)
    return done


def run_builtin(name: str, items: list[Any], config: dict[str, Any] | None = None, **context: Any) -> list[Any]:
    """What a built-in emits for the items of its slot `input`, as (event, payload)."""
    routine = catalog.build(name, strict_json.dumps(config or {}))
    return emitted(run(routine, {"input": items}, **context))


def emitted(done: RunContext) -> list[tuple[str, dict[str, Any]]]:
    return [(emission.event, emission.payload) for emission in done.emissions]
