"""What a reader may do with a job that is under way, and what it waits for from him."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from jobs.history.specs import spec_of
from jobs.models import Activation, Item, Job, Wait
from jobs.pages.payloads import ShownItem, rows_of, shown
from jobs.pages.reads import Group
from jobs.states import VERBS, StepStatus, WaitKind, verbs_from

MOST = 50
#: The class of nodes that start jobs of other flows.
CALLERS = frozenset({"sub_flow"})


@dataclass(frozen=True, slots=True)
class Question:
    step: int
    node: str
    question: str
    about: Sequence[ShownItem] = ()


def allowed(job: Job, user: AbstractBaseUser | AnonymousUser) -> frozenset[str]:
    """The verbs that start from the job's state and that this user may use."""
    return frozenset(verb for verb in verbs_from(job.status) if user.has_perm(VERBS[verb].permission))  # type: ignore[union-attr]


def steering(job: Job, groups: Iterable[Group]) -> dict[str, Any]:
    """Breakpoints with how many steps each holds, questions that are open, and the jobs around this one."""
    found = list(groups)
    held = {group.node: group.count for group in found if group.status == StepStatus.AT_BREAKPOINT}
    armed = sorted({*(job.breakpoints or []), *held})
    nodes = spec_of(job.revision).nodes
    parked = any(group.status == StepStatus.PARKED for group in found)
    return {
        "breakpoints": [(node, held.get(node, 0), node in (job.breakpoints or [])) for node in armed],
        "breakable": [node for node in nodes if node not in (job.breakpoints or [])],
        "questions": questions(job) if parked else [],
        "children": _children(job) if any(node.class_key in CALLERS for node in nodes.values()) else [],
    }


def questions(job: Job) -> list[Question]:
    """What steps of the job wait to have decided, oldest first."""
    waits = Wait.objects.filter(job=job, kind=WaitKind.DECISION, answered_at=None).order_by("step_id")
    asked = dict(waits.values_list("step_id", "request")[:MOST])
    parked = Activation.objects.filter(pk__in=asked, status=StepStatus.PARKED).order_by("pk")
    about = _about(job, list(asked))
    told = parked.values_list("pk", "node")
    return [Question(pk, node, asked[pk].get("question", ""), about.get(pk, ())) for pk, node in told]


def _about(job: Job, steps: list[int]) -> dict[int, Sequence[ShownItem]]:
    """What each step took: nobody can decide about what they do not see."""
    taken = [shown(row) for row in rows_of(Item.objects.filter(job=job, consumed_by_id__in=steps))[:MOST]]
    return {step: [item for item in taken if item.consumed_by_id == step] for step in steps}


def _children(job: Job) -> list[Job]:
    rows = Job.objects.filter(parent=job).select_related("flow").order_by("-pk")
    return list(rows.only("status", "parent_step_id", "flow__name", "created_at", "finished_at")[:MOST])
