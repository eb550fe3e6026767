"""Rows of jobs as the engine would have left them, for tests that run nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from jobs import services
from jobs.models import Activation, Item, Job, StepLog
from templates_app.models import FlowPrototype

HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp; javascript:alert(3) \u202e"


def trigger(flow: FlowPrototype, actor: User | None, value: Any = None) -> Job:
    return services.trigger(flow=flow, launch=services.Launch(input=value or {"n": 1}), actor=actor).job


def step(job: Job, node: str, status: str = "completed", **fields: Any) -> Activation:
    now = timezone.now()
    times: dict[str, Any] = {"started_at": now, "finished_at": now, "attempt": 1}
    return Activation.objects.create(job=job, node=node, status=status, **{**times, **fields})


def emitted(source: Activation, payload: Any, *, event: str = "output", **target: Any) -> Item:
    fields = {"job_id": source.job_id, "source_id": source.pk, "source_node": source.node}
    return Item.objects.create(**fields, event=event, payload=payload, **target)


def say(about: Activation, lines: Sequence[str] = (), error: dict[str, str] | None = None, attempt: int = 1) -> StepLog:
    said = [{"at": 1_700_000_000.5, "level": "info", "text": text} for text in lines]
    return StepLog.objects.create(activation_id=about.pk, job_id=about.job_id, attempt=attempt, lines=said, error=error)


def end(job: Job, status: str, **fields: Any) -> Job:
    job.activations.filter(status__in=("ready", "running")).update(status="cancelled")
    Job.objects.filter(pk=job.pk).update(status=status, open=0, finished_at=timezone.now(), **fields)
    job.refresh_from_db()
    return job


def fail(job: Job, node: str = "second", text: str = "no such customer") -> Activation:
    broken = step(job, node, "failed", errors=1, error_summary=f"ValueError: {text}"[:300])
    error = {"type": "ValueError", "message": text, "traceback": f"Traceback (most recent call last):\n{text}"}
    say(broken, error=error)
    end(job, "failed", error_node=node, error_summary=f"{node}: ValueError: {text}"[:300])
    return broken


def failed(flow: FlowPrototype, user: User, *, count: int = 3) -> list[Job]:
    jobs = [trigger(flow, user) for _ in range(count)]
    for job in jobs:
        fail(job)
    return jobs
