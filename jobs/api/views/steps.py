from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api import docs
from jobs.api.base import READ_JOBS, Endpoint
from jobs.api.bodies import StepQuery
from jobs.api.shapes.steps import StepDetailSerializer, StepSerializer
from jobs.history import selectors
from routilux_site.lib.keyset import KeysetPagination


class StepList(Endpoint):
    permitted = {"GET": READ_JOBS}
    pagination_class = KeysetPagination
    keyset_field = "id"

    @extend_schema(
        operation_id="list_steps",
        summary="List the steps of a job",
        description="In the order in which they came to be, without what they took and emitted.",
        tags=["jobs"],
        parameters=[StepQuery],
        responses={200: StepSerializer(many=True), **docs.problems(400, 404)},
    )
    def get(self, request: Request, job: UUID) -> Response:
        query = StepQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        return self.page(selectors.step_rows(self.job(job), node=query.validated_data["node"]), StepSerializer)


class StepDetail(Endpoint):
    permitted = {"GET": READ_JOBS}

    @extend_schema(
        operation_id="read_step",
        summary="Read a step",
        description="What it took, what it emitted, and what each attempt printed, logged and raised.",
        tags=["jobs"],
        responses={200: StepDetailSerializer, **docs.problems(404)},
        examples=docs.STEP,
    )
    def get(self, request: Request, job: UUID, step: int) -> Response:
        found = self.step(self.job(job), step)
        context = {"request": request, "io": selectors.step_io(found), "logs": selectors.logs(found)}
        return Response(StepDetailSerializer(found, context=context).data)
