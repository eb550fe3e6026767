"""The first rows of a job: its input as an item, and the steps that the input starts at once."""

from __future__ import annotations

import time
from typing import Any

from jobs.models import Activation, Item, Job
from jobs.runtime.program import Program
from jobs.runtime.router import NewStep, Router
from jobs.states import JobStatus, StepStatus
from templates_app.spec import Port


def give_birth(job: Job, program: Program, port: Port, payload: dict[str, Any]) -> None:
    """Write the job with what its input starts. Runs in the caller's transaction, by the same router as every step."""
    router = Router(program, now=time.time())
    router.post(port, payload)
    if not router.steps and not job.keep_open:
        router.drain()
    job.open = len(router.steps)
    if not router.steps and not job.keep_open:
        job.status = JobStatus.COMPLETED
    job.save(force_insert=True)
    ids = _write_steps(job, router.steps, program.spec.max_workers)
    Item.objects.bulk_create(
        Item(
            job=job,
            node=str(item.port.node),
            slot=item.port.slot,
            payload=item.payload,
            consumed_by_id=ids.get(item.taker),
        )
        for item in router.items
        if item.port
    )


def _write_steps(job: Job, steps: list[NewStep], limit: int | None) -> dict[int | None, int]:
    rows = [
        Activation(
            job=job,
            node=step.node,
            status=StepStatus.READY if limit is None or place < limit else StepStatus.WAITING,
            priority=job.priority,
            ordinal=step.ordinal,
            message=step.message,
        )
        for place, step in enumerate(steps)
    ]
    Activation.objects.bulk_create(rows)
    return {row.ordinal: row.pk for row in rows}
