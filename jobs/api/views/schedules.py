"""Schedules: a flow and its input, run by the clock. Staff choose a flow that they see, never a function."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from jobs.api import docs
from jobs.api.base import TRIGGER, Endpoint
from jobs.api.bodies import NoBody, ReasonBody, ScheduleBody, SchedulePatch
from jobs.api.examples import schedules as examples
from jobs.api.shapes.jobs import AcceptedSerializer
from jobs.api.shapes.schedules import ScheduleSerializer
from jobs.models import Schedule
from jobs.schedules import verbs as schedules
from routilux_site.lib import strict_json
from routilux_site.lib.api.operation import Operation, operation
from routilux_site.lib.api.queries import PageQuery
from templates_app.api.pointing import inside, pointing
from templates_app.api.preconditions import PreconditionRequired
from templates_app.errors import TemplateError

READ, CHANGE, DELETE = ("jobs.view_schedule",), ("jobs.change_schedule",), ("jobs.delete_schedule",)
REFUSED = (400, 404, 409, 411, 412, 413, 415, 422, 428)
_TAG = re.compile(r'(?:W/)?"v(?P<version>[0-9]{1,9})-[0-9a-f]*"')


class _Schedules(Endpoint):
    """Shows schedules of the flows that the caller sees."""

    def rows(self) -> QuerySet[Schedule]:
        rows = Schedule.objects.active().filter(flow__in=self.flows().values("pk"))
        return rows.select_related("flow", "flow__head", "owner").defer("flow__own", "flow__problems")

    def schedule(self, key: int) -> Schedule:
        return get_object_or_404(self.rows(), pk=key)

    def fields(self, shape: type[SchedulePatch]) -> dict[str, Any]:
        """As the verbs take them: with the flow, not its name."""
        said = self.said(shape)
        return {**said, "flow": self.flow(said["flow"])} if "flow" in said else said

    def shown(self, schedule: Schedule, status: int = 200) -> Response:
        data = ScheduleSerializer(self.schedule(schedule.pk), context={"request": self.request}).data
        link = reverse("api:schedule", args=[schedule.pk], request=self.request)
        headers = {"ETag": _etag(schedule, data), **({"Location": link} if status == 201 else {})}
        return Response(data, status=status, headers=headers)

    def version(self) -> int | None:
        """The version that the caller had read, from If-Match; None for whatever stands there."""
        header = self.request.headers.get("If-Match")
        if header is None:
            message = "Say what you had read: `If-Match` with the `ETag` of GET, or `*` for whatever stands there."
            raise PreconditionRequired(message, path="If-Match")
        found = _TAG.fullmatch(header.strip())
        if header.strip() == "*":
            return None
        return int(found["version"]) if found else -1


def _etag(schedule: Schedule, data: Any) -> str:
    told = {key: str(value) for key, value in data.items()}
    return f'W/"v{schedule.version}-{strict_json.sha256(told)[:16]}"'


class ScheduleList(_Schedules):
    permitted = {"GET": READ, "POST": ("jobs.add_schedule",)}
    keyset_field = "id"

    @operation(
        id="list_schedules",
        summary="List schedules",
        about="All that are not archived, oldest first.",
        tag="schedules",
        parameters=[PageQuery],
        answers={200: ScheduleSerializer(many=True)},
        refuses=[400],
        examples=examples.SCHEDULES,
    )
    def get(self, request: Request) -> Response:
        self.query(PageQuery)
        return self.page(self.rows(), ScheduleSerializer)

    @operation(
        id="create_schedule",
        summary="Create a schedule",
        about="Its jobs are those of whoever creates it. What its first job would be refused for is refused now.",
        tag="schedules",
        takes=ScheduleBody,
        answers={201: ScheduleSerializer},
        refuses=REFUSED,
        examples=examples.MAKE_SCHEDULE,
    )
    def post(self, request: Request) -> Response:
        fields = self.fields(ScheduleBody)
        with _in_overrides():
            made = schedules.create(fields=fields, actor=request.user)
        return self.shown(made, 201)


class ScheduleDetail(_Schedules):
    permitted = {"GET": READ, "PATCH": CHANGE, "DELETE": DELETE}

    @operation(
        id="read_schedule",
        summary="Read a schedule",
        tag="schedules",
        answers={200: ScheduleSerializer, 304: None},
        refuses=[404],
        examples=examples.SCHEDULES,
    )
    def get(self, request: Request, schedule: int) -> HttpResponseBase:
        found = self.schedule(schedule)
        data = ScheduleSerializer(found, context={"request": request}).data
        return self.tagged(_etag(found, data), lambda: data)

    @operation(
        id="update_schedule",
        summary="Change a schedule",
        about="The fields that are given; needs `If-Match`. Whoever changes what is run owns it from then on.",
        tag="schedules",
        takes=SchedulePatch,
        parameters=docs.IF_MATCH,
        answers={200: ScheduleSerializer},
        refuses=REFUSED,
        examples=examples.CHANGE_SCHEDULE,
    )
    def patch(self, request: Request, schedule: int) -> Response:
        found, version, fields = self.schedule(schedule), self.version(), self.fields(SchedulePatch)
        with _in_overrides():
            made = schedules.update(schedule=found, fields=fields, version=version, actor=request.user)
        return self.shown(made)

    @operation(
        id="archive_schedule",
        summary="Archive a schedule",
        about="It runs no more; its jobs keep their history, and its name stays taken. Needs `If-Match`.",
        tag="schedules",
        parameters=docs.IF_MATCH,
        answers={204: None},
        refuses=(404, 409, 412, 428),
    )
    def delete(self, request: Request, schedule: int) -> Response:
        self.said(NoBody)
        schedules.archive(schedule=self.schedule(schedule), version=self.version(), actor=request.user)
        return Response(status=204)


class ScheduleVerb(_Schedules):
    """`pause` and `resume`, told by `as_view`."""

    permitted = {"POST": CHANGE}
    act: Callable[..., Schedule] = staticmethod(schedules.pause)
    operation = Operation(id="", summary="", tag="schedules")

    def post(self, request: Request, schedule: int) -> Response:
        said = self.said(ReasonBody)
        return self.shown(self.act(schedule=self.schedule(schedule), actor=request.user, **said))


class ScheduleRun(_Schedules):
    permitted = {"POST": (*CHANGE, TRIGGER)}
    needs_all = True

    @operation(
        id="run_schedule_now",
        summary="Run a schedule now",
        about="A job beside its slots: it changes nothing about when the next one comes.",
        tag="schedules",
        takes=NoBody,
        answers={202: AcceptedSerializer},
        refuses=REFUSED,
        examples=examples.RUN_SCHEDULE,
    )
    def post(self, request: Request, schedule: int) -> Response:
        self.said(NoBody)
        found = self.schedule(schedule)
        with _in_overrides():
            job = schedules.run_now(schedule=found, actor=request.user)
        link = reverse("api:job", args=[job.pk], request=request)
        data = AcceptedSerializer(job, context={"request": request}).data
        return Response(data, status=202, headers={"Location": link})


def _verb(name: str, act: Callable[..., Schedule], summary: str, about: str) -> Any:
    said = Operation(
        id=f"{name}_schedule",
        summary=summary,
        about=about,
        tag="schedules",
        takes=ReasonBody,
        answers={200: ScheduleSerializer},
        refuses=REFUSED,
        examples=examples.STEER_SCHEDULE,
    )
    return ScheduleVerb.as_view(act=staticmethod(act), operation=said)


PAUSE = _verb("pause", schedules.pause, "Pause a schedule", "Slots that pass meanwhile are not missed.")
RESUME = _verb("resume", schedules.resume, "Resume a schedule", "From the next slot on.")


def _in_overrides() -> AbstractContextManager[None]:
    """What templates refuse is told under its place in the body."""
    return pointing(inside("overrides"), of=TemplateError)
