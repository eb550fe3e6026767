"""What all endpoints share: who may enter, what a caller can see, and conditional answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from jobs import access
from jobs.errors import JobError
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
UNREAD = (
    "flow__own",
    "flow__problems",
    "flow__description",
    "revision__canonical",
    "revision__message",
    "actor__password",
)
READ_JOBS = ("jobs.view_job", TRIGGER)  # whoever may only trigger sees the jobs that he triggered


class Permitted(BasePermission):
    """Callers with any of the permissions that the view lists for the method.

    A method that the view has and does not list is closed. Of one that it does not have, those are told who may use
    another one.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        user, wanted = request.user, _wanted(str(request.method), view)
        return bool(user.is_authenticated) and any(user.has_perm(name) for name in wanted)


def _wanted(method: str, view: Any) -> tuple[str, ...]:
    permitted: Mapping[str, tuple[str, ...]] = view.permitted
    if method == "HEAD":
        method = "GET"
    if method in permitted or (method != "OPTIONS" and hasattr(view, method.lower())):
        return permitted.get(method, ())
    return tuple(name for names in permitted.values() for name in names)


class LengthRequired(JobError):
    code = "length-required"
    status = 411


class Endpoint(APIView):
    permission_classes = [Permitted]
    permitted: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
            # WSGI shows such a body as an empty one.
            raise LengthRequired("A body in chunks is not accepted: send a Content-Length.", path="Content-Length")

    @property
    def token(self) -> ApiToken | None:
        return self.request.auth if isinstance(self.request.auth, ApiToken) else None

    def flows(self) -> QuerySet[FlowPrototype]:
        return access.visible_flows(self.request.user, self.token)

    def jobs(self) -> JobQuerySet:
        rows = access.visible_jobs(self.request.user, self.token)
        return rows.select_related("flow", "revision", "actor").defer(*UNREAD)

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
