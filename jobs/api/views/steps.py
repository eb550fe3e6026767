from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api import docs
from jobs.api.base import READ_JOBS, Endpoint
from jobs.api.bodies import StepQuery
from jobs.api.examples import contents as examples
from jobs.api.shapes.steps import StepDetailSerializer, StepSerializer
from jobs.history import selectors
from routilux_site.lib.api.operation import operation


class StepList(Endpoint):
    permitted = {"GET": READ_JOBS}
    keyset_field = "id"

    @operation(
        id="list_steps",
        summary="List the steps of a job",
        about="In the order in which they came to be, without what they took and emitted.",
        tag="jobs",
        parameters=[StepQuery],
        answers={200: StepSerializer(many=True)},
        refuses=docs.READ,
        examples=examples.STEPS,
    )
    def get(self, request: Request, job: UUID) -> Response:
        said = self.query(StepQuery)
        rows = selectors.step_rows(self.job(job), node=said["node"], status=said.get("status", ""))
        return self.page(rows, StepSerializer)


class StepDetail(Endpoint):
    permitted = {"GET": READ_JOBS}

    @operation(
        id="read_step",
        summary="Read a step",
        about="What it took, what it emitted, and what each attempt printed, logged and raised.",
        tag="jobs",
        answers={200: StepDetailSerializer},
        refuses=[404],
        examples=examples.STEP,
    )
    def get(self, request: Request, job: UUID, step: int) -> Response:
        found = self.step(self.job(job), step)
        context = {"request": request, "io": selectors.step_io(found), "logs": selectors.logs(found)}
        return Response(StepDetailSerializer(found, context=context).data)
