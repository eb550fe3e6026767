"""Many jobs by one request: each with its own outcome, or all or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services, throttling
from jobs.admission.launch import checked_key
from jobs.api import docs
from jobs.api.base import TRIGGER, Endpoint
from jobs.api.bodies import MAX_BULK, BulkBody
from jobs.api.examples import jobs as examples
from jobs.api.shapes.jobs import AcceptedSerializer, BulkSerializer
from jobs.api.throttles import caller_of
from jobs.api.views.trigger import lineage, triggered_by_body
from routilux_site.lib.api.operation import operation
from routilux_site.lib.errors import RoutiluxError
from routilux_site.lib.problem import of_error
from templates_app.api.pointing import pointing
from templates_app.models import FlowPrototype

Asked = dict[str, Any]


class JobsBulk(Endpoint):
    permitted = {"POST": (TRIGGER,)}

    @operation(
        id="trigger_many",
        summary="Trigger many jobs",
        about=f"At most {MAX_BULK}. 200 tells the outcome of each: the job, or why there is none. With `together` it "
        "is all or none: the first refusal is the answer. Jobs with an `idempotency_key` may be sent again and again.",
        tag="jobs",
        takes=BulkBody,
        answers={200: BulkSerializer},
        refuses=(*docs.WRITE, 422),
        examples=examples.BULK,
    )
    def post(self, request: Request) -> Response:
        said = self.said(BulkBody)
        asked: list[Asked] = said["jobs"]
        if len(asked) > 1:
            self.rate = throttling.draw("trigger", caller_of(request), count=len(asked) - 1)
        self._flows: dict[str, FlowPrototype] = {}
        results = self._together(asked) if said["together"] else self._each(asked)
        refused = sum(result["job"] is None for result in results)
        return Response({"accepted": len(results) - refused, "refused": refused, "results": results})

    def _together(self, asked: list[Asked]) -> list[Any]:
        with services.told_when_pruned(), transaction.atomic():
            return [self._made(number, said) for number, said in enumerate(asked)]

    def _each(self, asked: list[Asked]) -> list[Any]:
        return [self._outcome(number, said) for number, said in enumerate(asked)]

    def _outcome(self, number: int, said: Asked) -> Any:
        try:
            return self._made(number, said)
        except RoutiluxError as error:
            problem = of_error(error, self.request.path)
            return {"status": error.status, "replayed": False, "job": None, "problem": problem}

    def _made(self, number: int, said: Asked) -> Any:
        with pointing(_within(number)):
            made = self._triggered(said)
        job = AcceptedSerializer(made.job, context={"request": self.request}).data
        return {"status": 202, "replayed": made.replayed, "job": job, "problem": None}

    def _triggered(self, said: Asked) -> services.Triggered:
        given = {name: value for name, value in said.items() if name not in ("flow", "idempotency_key")}
        key = checked_key(said.get("idempotency_key"), "idempotency_key")
        launch = services.Launch(**given, idempotency_key=key, **lineage(self.request))
        return triggered_by_body(self._flow(said["flow"]), launch, self.request.user)

    def _flow(self, name: str) -> FlowPrototype:
        if name not in self._flows:
            self._flows[name] = self.flow(name)
        return self._flows[name]


def _within(number: int) -> Callable[[str], str]:
    """Where in the body the place of a single trigger stands."""

    def place(path: str) -> str:
        path = "idempotency_key" if path == "Idempotency-Key" else path
        return f"jobs.{number}.{path}" if path else f"jobs.{number}"

    return place
