"""New jobs: of a flow, or like one that there was."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.admission.launch import checked_key
from jobs.api import docs, waiting
from jobs.api.base import TRIGGER, Endpoint
from jobs.api.bodies import RerunBody, TriggerBody
from jobs.api.examples import jobs as examples
from jobs.api.shapes.jobs import AcceptedSerializer, JobDetailSerializer
from jobs.api.views.jobs import LOOK_AGAIN_SECONDS, detail
from jobs.history.progress import progress_of
from jobs.models import ApiToken, Job
from routilux_site.lib import request_id
from routilux_site.lib.api.operation import operation
from templates_app.api.pointing import inside, pointing
from templates_app.errors import TemplateError
from templates_app.models import FlowPrototype


class _Starting(Endpoint):
    permitted = {"POST": (TRIGGER,)}

    def started(self, job: Job, **headers: str) -> Response:
        """202 and where the job is; or, if the caller prefers to wait and it ends in time, 200 and all of it."""
        accepted = AcceptedSerializer(job, context={"request": self.request}).data
        headers |= {"Location": accepted["links"]["self"]}
        asked = waiting.seconds_asked(self.request.headers.get("Prefer", ""))
        if asked is not None:
            headers["Preference-Applied"] = f"wait={asked:.0f}"
            if waiting.wait_for_end(job, asked):
                found = self.job_in_full(job.pk)
                return Response(detail(found, progress_of(found), self.request), headers=headers)
        headers["Retry-After"] = LOOK_AGAIN_SECONDS
        return Response(accepted, status=202, headers=headers)


class FlowJobs(_Starting):
    @operation(
        id="trigger_flow",
        summary="Trigger a job",
        about=(
            "Starts a job of the flow's current revision and answers as soon as the job is durable. "
            "Follow `Location`, not more often than `Retry-After` says, until `status` is terminal. "
            "With an `Idempotency-Key` the same request may be sent again and again: it makes one job. "
            "`overrides` lie over the flow for this one job, which is pinned to a revision of its own then."
        ),
        tag="flows",
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                location=OpenApiParameter.HEADER,
                pattern="^[!-~]{1,255}$",
                description="Chosen by the caller, new for each new request.",
            ),
            *docs.WAIT,
            *docs.ACCEPTED_HEADERS,
        ],
        takes=TriggerBody,
        answers={200: JobDetailSerializer, 202: AcceptedSerializer},
        refuses=(*docs.WRITE, 422),
        examples=[*examples.TRIGGER, *examples.JOB],
    )
    def post(self, request: Request, name: str) -> Response:
        flow = self.flow_to_run(name)
        triggered = triggered_by_body(flow, self._launch(), request.user)
        return self.started(triggered.job, **({"Idempotency-Replayed": "true"} if triggered.replayed else {}))

    def _launch(self) -> services.Launch:
        given = self.said(TriggerBody)
        key = checked_key(self.request.headers.get("Idempotency-Key"), "Idempotency-Key")
        return services.Launch(**given, idempotency_key=key, **lineage(self.request))


class JobRerun(_Starting):
    @operation(
        id="rerun_job",
        summary="Run a job again",
        about="Makes a new job with the same entry and priority, and the same input unless another is given.",
        tag="jobs",
        parameters=[*docs.WAIT, *docs.ACCEPTED_HEADERS[:2]],
        takes=RerunBody,
        answers={200: JobDetailSerializer, 202: AcceptedSerializer},
        refuses=(*docs.WRITE, 422),
        examples=[*examples.RERUN, *examples.JOB],
    )
    def post(self, request: Request, job: UUID) -> Response:
        found = self.job(job)
        said = self.said(RerunBody)
        pinned, token = said.pop("revision") == "pinned", lineage(request)["token"]
        with pointing(inside("overrides"), of=TemplateError):
            made = services.run_again(job=found, pinned=pinned, token=token, actor=request.user, **said)
        return self.started(made)


def triggered_by_body(flow: FlowPrototype, launch: services.Launch, actor: services.Actor) -> services.Triggered:
    """The verb; what is wrong with the overrides is told by its place in the body."""
    with pointing(inside("overrides"), of=TemplateError):
        return services.trigger(flow=flow, launch=launch, actor=actor)


def lineage(request: Request) -> dict[str, Any]:
    """By what a job came about, beside its user."""
    token = request.auth.pk if isinstance(request.auth, ApiToken) else None
    return {"token": token, "request_id": request_id.current.get()}
