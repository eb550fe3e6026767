"""What the endpoints of jobs share: which flows and jobs a caller can see."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from jobs import access
from jobs.access import TRIGGER as TRIGGER
from jobs.api.shapes.pruned import pruned_stub
from jobs.errors import JobPruned
from jobs.history import selectors
from jobs.models import Activation, ApiToken, Item, Job
from jobs.models.job import JobQuerySet
from routilux_site.lib.api.endpoint import Endpoint as PlainEndpoint
from templates_app.document import accepted_names
from templates_app.models import FlowPrototype
from templates_app.routines.text import shorten
from templates_app.selectors import UnknownFlow

UNREAD = (
    "overrides",
    "flow__own",
    "flow__problems",
    "flow__description",
    "revision__canonical",
    "revision__message",
    "actor__password",
)
READ_JOBS = ("jobs.view_job", TRIGGER)  # whoever may only trigger sees the jobs that he triggered


class Endpoint(PlainEndpoint):
    """Shows a token that is limited to flows these, and their jobs."""

    def opens_to_limited(self, request: Request) -> bool:
        return True

    @property
    def token(self) -> ApiToken | None:
        return self.request.auth if isinstance(self.request.auth, ApiToken) else None

    def flows(self) -> QuerySet[FlowPrototype]:
        return access.visible_flows(self.request.user, self.token)

    def jobs(self) -> JobQuerySet:
        rows = access.visible_jobs(self.request.user, self.token)
        return rows.select_related("flow", "revision", "actor", "token").defer(*UNREAD)

    def flow(self, name: str) -> FlowPrototype:
        flow = self.flows().select_related("head", "parent").filter(name=name).first() if "\0" not in name else None
        if flow is None:
            names = self.flows().filter(archived_at=None).values_list("name", flat=True)
            raise UnknownFlow(f"There is no flow {shorten(name)}. {accepted_names(name, names)}", path="flow")
        return flow

    def flow_to_run(self, name: str) -> FlowPrototype:
        """The same, without reading its documents."""
        return access.flow_to_run(self.request.user, self.token, name) or self.flow(name)

    def job(self, identity: UUID, rows: JobQuerySet | None = None) -> Job:
        job = (self.jobs() if rows is None else rows).filter(pk=identity).first()
        if job is None:
            self._tell_pruned(identity)
            raise Http404
        return job

    def job_in_full(self, identity: UUID) -> Job:
        return self.job(identity, selectors.in_full(self.jobs()))

    def _tell_pruned(self, identity: UUID) -> None:
        stub = access.visible_pruned(self.request.user, self.token).filter(pk=identity).first()
        if stub is not None:
            raise JobPruned("Steps, data and logs are gone; this is what was kept of it.", stub=pruned_stub(stub))

    def step(self, job: Job, number: int) -> Activation:
        return get_object_or_404(Activation, job=job, pk=number)

    def item(self, job: Job, number: int) -> Item:
        return get_object_or_404(Item, job=job, pk=number)

    def part(self, job: Job, kind: str, number: int) -> Activation | Item:
        """What an address names below a job: a `step` or an `item`."""
        return self.step(job, number) if kind == "step" else self.item(job, number)
