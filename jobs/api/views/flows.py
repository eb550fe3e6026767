from __future__ import annotations

import re
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from jobs import services
from jobs.api import docs
from jobs.api.base import READ_FLOWS, TRIGGER, Endpoint
from jobs.api.bodies import PageQuery, TriggerBody
from jobs.api.shapes.flows import FlowDetailSerializer, FlowSerializer
from jobs.api.shapes.jobs import AcceptedSerializer
from jobs.errors import JobError
from routilux_site.lib import request_id
from routilux_site.lib.keyset import KeysetPagination

IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,255}")
LOOK_AGAIN_SECONDS = "1"


class BadIdempotencyKey(JobError):
    code = "bad-idempotency-key"


class FlowList(Endpoint):
    permitted = {"GET": READ_FLOWS}
    pagination_class = KeysetPagination
    keyset_field = "name"

    @extend_schema(
        operation_id="list_flows",
        summary="List flows",
        description="Flows that are not archived, by name.",
        tags=["flows"],
        parameters=[PageQuery],
        responses={200: FlowSerializer(many=True), **docs.problems(400)},
    )
    def get(self, request: Request) -> Response:
        PageQuery(data=request.query_params).is_valid(raise_exception=True)
        rows = self.flows().filter(archived_at=None).select_related("head", "parent")
        return self.page(rows.defer("own", "head__canonical", "parent__own"), FlowSerializer)


class FlowDetail(Endpoint):
    permitted = {"GET": READ_FLOWS}

    @extend_schema(
        operation_id="read_flow",
        summary="Read a flow",
        description="What a caller has to know to trigger it. A flow with problems of level `error` is not runnable.",
        tags=["flows"],
        responses={200: FlowDetailSerializer, **docs.problems(404)},
        examples=docs.FLOW,
    )
    def get(self, request: Request, name: str) -> Response:
        return Response(FlowDetailSerializer(self.flow(name)).data)


class FlowJobs(Endpoint):
    permitted = {"POST": (TRIGGER,)}

    @extend_schema(
        operation_id="trigger_flow",
        summary="Trigger a job",
        description=(
            "Starts a job of the flow's current revision and answers as soon as the job is durable. "
            "Follow `Location`, not more often than `Retry-After` says, until `status` is terminal. "
            "With an `Idempotency-Key` the same request may be sent again and again: it makes one job."
        ),
        tags=["flows"],
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                location=OpenApiParameter.HEADER,
                pattern="^[!-~]{1,255}$",
                description="Chosen by the caller, new for each new request.",
            ),
            *docs.ACCEPTED_HEADERS,
        ],
        request=TriggerBody,
        responses={202: AcceptedSerializer, **docs.problems(400, 404, 409, 411, 413, 415, 422)},
        examples=docs.TRIGGER,
    )
    def post(self, request: Request, name: str) -> Response:
        flow = self.flow(name)
        launch = _launch(request)
        triggered = services.trigger(flow=flow, launch=launch, actor=request.user)
        headers = {
            "Location": reverse("api:job", args=[triggered.job.pk], request=request),
            "Retry-After": LOOK_AGAIN_SECONDS,
            **({"Idempotency-Replayed": "true"} if triggered.replayed else {}),
        }
        data = AcceptedSerializer(triggered.job, context={"request": request}).data
        return Response(data, status=202, headers=headers)


def _launch(request: Request) -> services.Launch:
    body = TriggerBody(data=request.data)
    body.is_valid(raise_exception=True)
    given: dict[str, Any] = body.validated_data
    return services.Launch(**given, idempotency_key=_key(request), request_id=request_id.current.get())


def _key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not IDEMPOTENCY_KEY.fullmatch(key):
        accepted = "1 to 255 visible ASCII characters without a space"
        raise BadIdempotencyKey(f"{key[:80]!r} is not accepted: {accepted}.", path="Idempotency-Key")
    return key
