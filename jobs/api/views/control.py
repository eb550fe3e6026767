"""The verbs on a job that is there: stop, hold, go on, mend."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api import docs
from jobs.api.base import CONTROL, Endpoint
from jobs.api.bodies import ItemBody, NoBody, ReasonBody, SupplyBody
from jobs.api.shapes.jobs import JobSerializer
from jobs.errors import BadEntry
from jobs.models import Job
from templates_app.api.pointing import pointing
from templates_app.spec import Port

REFUSED = docs.problems(400, 404, 409, 411, 413, 415)


class _Control(Endpoint):
    permitted = {"POST": (CONTROL,)}

    def said(self, body: Any) -> dict[str, Any]:
        found = body(data=self.request.data)
        found.is_valid(raise_exception=True)
        said: dict[str, Any] = found.validated_data
        return said

    def accepted(self, job: Job) -> Response:
        """202: what has been asked for is under way; the body is the job as it is by now."""
        return Response(JobSerializer(self.job(job.pk), context={"request": self.request}).data, status=202)


class JobCancel(_Control):
    permitted = {"POST": ("jobs.cancel_job",)}

    @extend_schema(
        operation_id="cancel_job",
        summary="Cancel a job",
        description="Nothing more starts; what a running step still does is not kept. 409 if the job has ended.",
        tags=["jobs"],
        request=ReasonBody,
        responses={202: JobSerializer, **REFUSED},
        examples=docs.CANCEL,
    )
    def post(self, request: Request, job: UUID) -> Response:
        found = self.job(job)
        services.cancel(job=found, actor=request.user, **self.said(ReasonBody))
        return self.accepted(found)


class JobPause(_Control):
    @extend_schema(
        operation_id="pause_job",
        summary="Pause a job",
        description="Nothing new starts; running steps finish, and what they cause is held.",
        tags=["jobs"],
        request=ReasonBody,
        responses={202: JobSerializer, **REFUSED},
        examples=docs.REASON,
    )
    def post(self, request: Request, job: UUID) -> Response:
        found = self.job(job)
        services.pause(job=found, actor=request.user, **self.said(ReasonBody))
        return self.accepted(found)


class JobResume(_Control):
    @extend_schema(
        operation_id="resume_job",
        summary="Resume a paused job",
        tags=["jobs"],
        request=ReasonBody,
        responses={202: JobSerializer, **REFUSED},
        examples=docs.REASON,
    )
    def post(self, request: Request, job: UUID) -> Response:
        found = self.job(job)
        services.resume(job=found, actor=request.user, **self.said(ReasonBody))
        return self.accepted(found)


class JobRetry(_Control):
    @extend_schema(
        operation_id="retry_job",
        summary="Retry a job from where it failed",
        description="Its unfinished steps run again, what succeeded is kept. 409 unless it failed or was cancelled.",
        tags=["jobs"],
        request=ReasonBody,
        responses={202: JobSerializer, **REFUSED},
        examples=docs.REASON,
    )
    def post(self, request: Request, job: UUID) -> Response:
        found = self.job(job)
        services.retry(job=found, actor=request.user, **self.said(ReasonBody))
        return self.accepted(found)


class JobItems(_Control):
    @extend_schema(
        operation_id="post_item",
        summary="Put an item into a slot of a job",
        description="How an open job gets more work, and how an approval or a signal arrives.",
        tags=["jobs"],
        request=ItemBody,
        responses={202: JobSerializer, **docs.problems(400, 404, 409, 411, 413, 415, 422)},
        examples=docs.ITEM,
    )
    def post(self, request: Request, job: UUID) -> Response:
        found, said = self.job(job), self.said(ItemBody)
        with pointing(lambda path: "slot" if path == "entry" else path):
            services.post_item(job=found, port=_port(said["slot"]), payload=said["payload"], actor=request.user)
        return self.accepted(found)


class JobClose(_Control):
    @extend_schema(
        operation_id="close_job",
        summary="Close an open job",
        description="No more items will be posted: it completes once everything in it is done.",
        tags=["jobs"],
        request=NoBody,
        responses={202: JobSerializer, **REFUSED},
        examples=docs.REASON[1:],
    )
    def post(self, request: Request, job: UUID) -> Response:
        found = self.job(job)
        self.said(NoBody)
        services.close(job=found, actor=request.user)
        return self.accepted(found)


class StepSkip(_Control):
    @extend_schema(
        operation_id="skip_step",
        summary="Skip a failed step",
        description="The failed job goes on as if the step had sent nothing.",
        tags=["jobs"],
        request=ReasonBody,
        responses={202: JobSerializer, **REFUSED},
        examples=docs.REASON,
    )
    def post(self, request: Request, job: UUID, step: int) -> Response:
        found = self.job(job)
        services.skip_step(job=found, step=self.step(found, step), actor=request.user, **self.said(ReasonBody))
        return self.accepted(found)


class StepOutput(_Control):
    @extend_schema(
        operation_id="supply_output",
        summary="Supply the output of a failed step",
        description="The failed job goes on as if the step had sent these.",
        tags=["jobs"],
        request=SupplyBody,
        responses={202: JobSerializer, **docs.problems(400, 404, 409, 411, 413, 415, 422)},
        examples=docs.SUPPLY,
    )
    def post(self, request: Request, job: UUID, step: int) -> Response:
        found, said = self.job(job), self.said(SupplyBody)
        outputs = [(output["event"], output["payload"]) for output in said["outputs"]]
        failed = self.step(found, step)
        services.supply_output(job=found, step=failed, outputs=outputs, actor=request.user, reason=said["reason"])
        return self.accepted(found)


def _port(text: str) -> Port:
    node, _, slot = text.partition(".")
    if not node or not slot:
        raise BadEntry('A slot is written "node.slot".', path="slot")
    return Port(node, slot)
