"""Runs jobs inside the test process: the same session, lanes and SQL as in a cluster, without django-q2 around them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from jobs.models import Activation, Job
from jobs.runtime.session import Session
from jobs.runtime.store.link import links
from jobs.services import Launch, trigger
from jobs.states import StepStatus
from templates_app import services
from templates_app.models import FlowPrototype
from tests.flows import routines as _routines  # noqa: F401 - registers them

Wires = Sequence[str]


def make_flow(name: str, nodes: Mapping[str, Any], wires: Wires = (), **settings: Any) -> FlowPrototype:
    """`nodes` maps ids to a routine name or to a node document; `wires` are "a.out b.in"."""
    document = {
        "nodes": {node: {"routine": spec} if isinstance(spec, str) else spec for node, spec in nodes.items()},
        "connections": [wire.split() for wire in wires],
        "settings": settings,
    }
    flow = services.create_flow(name, document=document)
    return FlowPrototype.objects.get(pk=flow.pk)


def start(flow: FlowPrototype, **payload: Any) -> Job:
    return trigger(flow=flow, launch=Launch(input=payload)).job


def run_jobs(*, timeout: float = 60.0) -> None:
    """Until no step is open any more. Needs committed rows: use it with a transactional database."""
    deadline = time.monotonic() + timeout
    while left := _open_steps():
        assert time.monotonic() < deadline, f"steps are still open: {left[:5]}"
        run_session()


def run_session() -> None:
    """Until nothing is runnable. As in a cluster, another session follows one that ended before it heard of work."""
    for _ in range(20):
        session = Session(links.get("session", durable=False), None)
        session.close(session.run())
        links.close()
        if not Activation.objects.filter(status=StepStatus.READY).exists():
            return


def run_flow(flow: FlowPrototype, **payload: Any) -> Job:
    job = start(flow, **payload)
    run_jobs()
    job.refresh_from_db()
    return job


def results(job: Job) -> list[Any]:
    return list(job.items.filter(node="").order_by("id").values_list("payload", flat=True))


def _open_steps() -> list[Any]:
    open_steps = Activation.objects.filter(status__in=[s for s in StepStatus if s.is_open])
    return list(
        open_steps.values("id", "node", "status", "attempt", "errors", "deaths", "session_id", "job__status")[:20]
    )
