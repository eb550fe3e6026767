from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api import docs
from jobs.api.base import READ_JOBS, Endpoint
from jobs.api.bodies import JobQuery
from jobs.api.examples import jobs as examples
from jobs.api.filters import flow_id, narrowed
from jobs.api.shapes.jobs import EventSerializer, JobDetailSerializer, JobSerializer, Report
from jobs.history import selectors
from jobs.history.progress import progress_of
from jobs.models import Job
from jobs.search.naming import understood
from jobs.search.window import page_of
from routilux_site.lib.api.operation import operation
from routilux_site.lib.api.queries import PageQuery
from templates_app.document import accepted_names
from templates_app.routines.text import shorten

LOOK_AGAIN_SECONDS = "1"


class JobList(Endpoint):
    permitted = {"GET": READ_JOBS}

    @operation(
        id="list_jobs",
        summary="List jobs",
        about="Newest first. There is no count: follow `next` until it is null. With `q`, a page may hold few jobs or "
        "none although there are more: one look goes through a bounded number of them.",
        tag="jobs",
        parameters=[JobQuery],
        answers={200: JobSerializer(many=True)},
        refuses=[400],
        examples=examples.JOBS,
    )
    def get(self, request: Request) -> Response:
        said = self.query(JobQuery)
        rows = selectors.in_brief(narrowed(self.jobs(), said, self._flow_id))
        if "q" not in said:
            return self.page(rows, JobSerializer)
        wanted = understood(said["q"], self.flows(), user=request.user.pk, now=timezone.now())
        return self.page_by(lambda **asked: page_of(rows, wanted, **asked).page, JobSerializer)

    def _flow_id(self, name: str) -> int:
        found = flow_id(name)
        if found is None:
            names = self.flows().filter(archived_at=None).values_list("name", flat=True)
            raise ValidationError({"flow": f"There is no flow {shorten(name)}. {accepted_names(name, names)}"})
        return found


class JobDetail(Endpoint):
    permitted = {"GET": READ_JOBS}

    @operation(
        id="read_job",
        summary="Read a job",
        about=(
            "Status, progress and result. Send the `ETag` back as `If-None-Match`: 304 says that nothing has changed. "
            "While the job has not ended, `Retry-After` says when it is worth to look again."
        ),
        tag="jobs",
        parameters=docs.CONDITIONAL_HEADERS,
        answers={200: JobDetailSerializer, 304: None},
        refuses=[404],
        examples=examples.JOB,
    )
    def get(self, request: Request, job: UUID) -> HttpResponseBase:
        found = self.job_in_full(job)
        progress = progress_of(found)
        response = self.conditional(_state(found, progress), lambda: detail(found, progress, request))
        if not found.is_terminal:
            response["Retry-After"] = LOOK_AGAIN_SECONDS
        return response


class JobEvents(Endpoint):
    permitted = {"GET": READ_JOBS}
    keyset_field = "id"

    @operation(
        id="list_job_events",
        summary="List what happened to a job",
        about="Oldest first; nothing is ever changed or taken away.",
        tag="jobs",
        parameters=[PageQuery],
        answers={200: EventSerializer(many=True)},
        refuses=docs.READ,
        examples=examples.EVENTS,
    )
    def get(self, request: Request, job: UUID) -> Response:
        self.query(PageQuery)
        return self.page(selectors.event_rows(self.job(job)), EventSerializer)


def _state(job: Any, progress: dict[str, Any]) -> dict[str, Any]:
    """What the representation depends on. A result only ever comes with a step that is done."""
    return {
        "names": [job.flow.name, job.flow.parent and job.flow.parent.name, job.schedule and job.schedule.name],
        "left": [job.undelivered, job.dropped],
        "status": job.status,
        "times": [str(job.started_at), str(job.finished_at)],
        "progress": progress,
    }


def detail(job: Job, progress: dict[str, Any], request: Request) -> Any:
    """The whole of a job, as it is read."""
    report = Report.of(job, progress)
    return JobDetailSerializer(job, context={"request": request, "report": report}).data
