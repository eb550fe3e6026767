"""One step of a job: `/jobs/{id}/steps/{activation}/`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jobs.history.specs import spec_of
from jobs.models import Activation, Job
from jobs.pages import reads
from jobs.pages.answers import live_page
from jobs.pages.detail import PULSE
from jobs.pages.reads import User
from jobs.pages.steering import Question, allowed, questions
from jobs.states import StepStatus


@login_required
@require_safe
def step_detail(request: HttpRequest, job_id: UUID, step_id: int) -> HttpResponse:
    job = reads.visible_job(request.user, job_id)
    step = reads.visible_step(job, step_id)
    return live_page(request, "step", lambda: _context(request.user, job, step), state=[job.status, _state(step)])


def _context(user: User, job: Job, step: Activation) -> dict[str, Any]:
    may = allowed(job, user)
    inputs, outputs = reads.step_items(step)
    return {
        "job": job,
        "step": step,
        "pulse": PULSE if StepStatus(step.status).is_open and not job.is_terminal else None,
        "node": spec_of(job.revision).nodes.get(step.node),
        "inputs": inputs,
        "outputs": outputs,
        "attempts": reads.attempts(step),
        "allowed": may,
        "is_held": step.status == StepStatus.AT_BREAKPOINT and "edit_item" in may,
        "question": _question(job, step),
    }


def _question(job: Job, step: Activation) -> Question | None:
    asked = questions(job) if step.status == StepStatus.PARKED else []
    return next((question for question in asked if question.step == step.pk), None)


def _state(step: Activation) -> list[Any]:
    said = reads.last_said(step)
    return [step.pk, step.status, step.attempt, step.errors, step.deaths, said and said.isoformat()]
