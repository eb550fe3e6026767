"""The button that stops a job."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from jobs import services
from jobs.errors import JobError
from jobs.pages import reads

MAX_REASON = 500


@login_required
@require_POST
def cancel_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = reads.visible_job(request.user, job_id)
    if not request.user.has_perm("jobs.cancel_job"):
        raise PermissionDenied
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:MAX_REASON]
    try:
        services.cancel(job=job, actor=request.user, reason=reason)
    except JobError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The job was cancelled. Running steps are cut off; their results are not kept.")
    return redirect(job)
