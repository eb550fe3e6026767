"""What all endpoints share: who may enter, what a caller can see, and conditional answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from jobs import access
from jobs.models import ApiToken, Job
from jobs.models.job import JobQuerySet
from routilux_site.lib import strict_json
from routilux_site.lib.keyset import KeysetPagination
from templates_app.document import accepted_names
from templates_app.models import FlowPrototype
from templates_app.routines.text import shorten
from templates_app.selectors import UnknownFlow

TRIGGER = "templates_app.trigger_flowprototype"
READ_FLOWS = ("templates_app.view_flowprototype", TRIGGER)
READ_JOBS = ("jobs.view_job", TRIGGER)  # whoever may only trigger sees the jobs that he triggered


class Permitted(BasePermission):
    """Callers with any of the permissions that the view lists for the method; a method that is not listed is closed."""

    def has_permission(self, request: Request, view: Any) -> bool:
        method = "GET" if request.method in SAFE_METHODS else str(request.method)
        wanted = view.permitted.get(method, ())
        return bool(request.user.is_authenticated) and any(request.user.has_perm(name) for name in wanted)


class Endpoint(APIView):
    permission_classes = [Permitted]
    permitted: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    @property
    def token(self) -> ApiToken | None:
        return self.request.auth if isinstance(self.request.auth, ApiToken) else None

    def flows(self) -> QuerySet[FlowPrototype]:
        return access.visible_flows(self.request.user, self.token)

    def jobs(self) -> JobQuerySet:
        rows = access.visible_jobs(self.request.user, self.token)
        return rows.select_related("flow", "revision", "actor").defer("revision__canonical", "flow__own")

    def flow(self, name: str) -> FlowPrototype:
        flow = self.flows().select_related("head", "parent").filter(name=name).first() if "\0" not in name else None
        if flow is None:
            names = self.flows().filter(archived_at=None).values_list("name", flat=True)
            raise UnknownFlow(f"There is no flow {shorten(name)}. {accepted_names(name, names)}", path="flow")
        return flow

    def job(self, identity: UUID) -> Job:
        job = self.jobs().filter(pk=identity).first()
        if job is None:
            raise Http404
        return job

    def page(self, rows: QuerySet[Any], serializer: type[BaseSerializer[Any]]) -> Response:
        """One page of `rows` in the order of the view's `keyset_field`."""
        pages = KeysetPagination()
        found = pages.paginate_queryset(rows, self.request, view=self)
        return pages.get_paginated_response(serializer(found, many=True, context={"request": self.request}).data)

    def conditional(self, state: Any, build: Callable[[], Any]) -> HttpResponseBase:
        """304 if the caller knows this `state` already, else what `build` makes. `build` may be slow, `state` not."""
        # Weak: equal states mean equal meaning, not equal bytes.
        etag = f'W/"{strict_json.sha256(state)[:32]}"'
        known = get_conditional_response(self.request._request, etag=etag)
        response = known if known is not None else Response(build())
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache"
        return response
