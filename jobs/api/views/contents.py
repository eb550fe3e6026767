"""What is in a job: its inputs and outputs, what waits in which slot, and what its steps said."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api import docs
from jobs.api.base import READ_JOBS, Endpoint
from jobs.api.bodies import ItemQuery, LogQuery, OutputQuery
from jobs.api.examples import contents as examples
from jobs.api.shapes.steps import ItemSerializer, LogSerializer, QueueListSerializer, WaitingSerializer
from jobs.api.views.control import OF_JOBS, JobVerb
from jobs.history import selectors, waiting
from jobs.models import Item, Job
from routilux_site.lib.api.endpoint import Permissions
from routilux_site.lib.api.operation import operation
from routilux_site.lib.api.queries import PageQuery


class _Contents(Endpoint):
    permitted = {"GET": READ_JOBS}
    keyset_field = "id"
    keyset_heavy = "payload"

    def items(self, job: UUID, rows: Callable[[Job], QuerySet[Item]], **lookups: str) -> Response:
        return self.page(rows(self.job(job)).filter(**lookups), ItemSerializer)


class JobOutputs(_Contents):
    @operation(
        id="list_outputs",
        summary="List the outputs of a job",
        about="What left the flow through events without a connection, all of it, in the order in which it left. A "
        "page ends before it is more than 1 MiB.",
        tag="jobs",
        parameters=[OutputQuery],
        answers={200: ItemSerializer(many=True)},
        refuses=docs.READ,
        examples=examples.OUTPUTS,
    )
    def get(self, request: Request, job: UUID) -> Response:
        event = self.query(OutputQuery).get("event")
        node, _, name = (event or "").partition(".")
        return self.items(job, selectors.output_rows, **({"source_node": node, "event": name} if event else {}))


class JobInputs(_Contents):
    @operation(
        id="list_inputs",
        summary="List the inputs of a job",
        about="What it was triggered with, and what was posted to it later.",
        tag="jobs",
        parameters=[PageQuery],
        answers={200: ItemSerializer(many=True)},
        refuses=docs.READ,
        examples=examples.INPUTS,
    )
    def get(self, request: Request, job: UUID) -> Response:
        self.query(PageQuery)
        return self.items(job, selectors.input_rows)


class JobQueues(_Contents):
    @operation(
        id="list_queues",
        summary="List what waits in the slots of a job",
        about="How many items by slot; empty slots are left out. Of a job that has ended: what no step took.",
        tag="jobs",
        answers={200: QueueListSerializer},
        refuses=docs.READ,
        examples=examples.QUEUES,
    )
    def get(self, request: Request, job: UUID) -> Response:
        self.query()
        return Response({"results": selectors.queues(self.job(job))})


class JobWaiting(_Contents):
    @operation(
        id="explain_waiting",
        summary="Why is it waiting?",
        about="What an unfinished job waits for, the nearest cause first: a place, a worker, a retry, an item in a "
        "slot, somebody. Empty when the job has ended, or is simply at work. `until` says when that ends by itself.",
        tag="jobs",
        answers={200: WaitingSerializer},
        refuses=docs.READ,
        examples=examples.WAITING,
    )
    def get(self, request: Request, job: UUID) -> Response:
        self.query()
        return Response(WaitingSerializer({"results": waiting.why(self.job(job))}).data)


class JobItems(_Contents, JobVerb):
    verb = OF_JOBS["items"]

    def permissions_by_method(self) -> Permissions:
        return {**self.permitted, "POST": (self.verb.permission,)}

    @operation(
        id="list_items",
        summary="List the items that wait in a job",
        about="With their payloads, oldest first. Or, if asked for, those that were dropped: they are kept, and no "
        "step takes them.",
        tag="jobs",
        parameters=[ItemQuery],
        answers={200: ItemSerializer(many=True)},
        refuses=docs.READ,
        examples=examples.INPUTS,
    )
    def get(self, request: Request, job: UUID) -> Response:
        dropped = self.query(ItemQuery)["dropped"]
        return self.items(job, selectors.dropped_rows if dropped else selectors.waiting_rows)


class JobLogs(_Contents):
    keyset_heavy = "lines"

    @operation(
        id="list_logs",
        summary="List what the steps of a job said",
        about="What each attempt printed, logged and raised, oldest first. A page ends before it is more than 1 MiB.",
        tag="jobs",
        parameters=[LogQuery],
        answers={200: LogSerializer(many=True)},
        refuses=docs.READ,
        examples=examples.LOGS,
    )
    def get(self, request: Request, job: UUID) -> Response:
        said = self.query(LogQuery)
        rows = selectors.log_rows(self.job(job), node=said["node"], step=said.get("step"))
        return self.page(rows, LogSerializer)
