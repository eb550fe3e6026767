"""A job that a step starts: triggered by the usual verb, pinned as usual, and bound to the step that waits for it."""

from __future__ import annotations

from typing import Any

from django.db import connection

from jobs import services
from jobs.admission.launch import Launch, Parent
from jobs.errors import BadInput
from jobs.models import Job
from jobs.runtime.store.claim import Step
from templates_app.selectors import flow_by_name

MOST_NESTED = 10


def start_child(step: Step, flow: str, input: dict[str, Any]) -> str:
    """Start a job of `flow` that belongs to `step`. It comes into being with the commit of the step, or not at all."""
    if not connection.in_atomic_block:
        raise BadInput("Only a routine with `atomic = True` can start a job that belongs to its step.", path="flow")
    parent = Job.objects.select_related("flow", "actor").get(pk=step.job_id)
    _check_depth([*_ancestors(parent), flow])
    launch = Launch(input=input, priority=parent.priority, parent=Parent(parent.pk, step.id))
    found = flow_by_name(flow)
    return str(services.trigger(flow=found, launch=launch, actor=parent.actor).job.pk)


def _ancestors(job: Job) -> list[str]:
    """Names of the flows from the outermost job to this one."""
    names: list[str] = []
    current = job
    while len(names) <= MOST_NESTED:
        names.insert(0, current.flow.name)
        if current.parent_id is None:
            break
        current = Job.objects.select_related("flow").get(pk=current.parent_id)
    return names


def _check_depth(chain: list[str]) -> None:
    if len(chain) > MOST_NESTED:
        told = " > ".join(chain[-MOST_NESTED:])
        why = "; a flow that calls itself never ends" if len(set(chain)) < len(chain) else ""
        fact = f"Flows may call each other {MOST_NESTED} deep, and this would be deeper"
        raise BadInput(f"{fact}: {told}{why}.", path="flow")
