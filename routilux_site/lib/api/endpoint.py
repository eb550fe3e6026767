"""What all endpoints share: who may enter, pages, and conditional answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn, TypeVar

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.views import APIView

from routilux_site.lib import strict_json
from routilux_site.lib.api.operation import DescribedSchema
from routilux_site.lib.api.queries import NoQuery
from routilux_site.lib.errors import RoutiluxError
from routilux_site.lib.keyset import KeysetPagination, Page

Permissions = Mapping[str, tuple[str, ...]]
S = TypeVar("S", bound=Serializer[Any])


class Permitted(BasePermission):
    """Callers with any of the permissions that the view lists for the method, or with all if it `needs_all`.

    A method that the view has and does not list is closed. Of one that it does not have, those are told who may use
    another one.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        wanted = _wanted(str(request.method), view)
        enough = all if view.needs_all else any
        return bool(request.user.is_authenticated and wanted) and enough(view.may(name) for name in wanted)


def _wanted(method: str, view: Any) -> tuple[str, ...]:
    permitted: Permissions = view.permissions_by_method()
    if method == "HEAD":
        method = "GET"
    if method in permitted or (method != "OPTIONS" and hasattr(view, method.lower())):
        return permitted.get(method, ())
    return tuple(name for names in permitted.values() for name in names)


class LengthRequired(RoutiluxError):
    code = "length-required"
    status = 411


class Endpoint(APIView):
    schema = DescribedSchema()
    permission_classes = [Permitted]
    pagination_class = KeysetPagination
    permitted: ClassVar[Permissions] = {}
    needs_all: ClassVar[bool] = False

    def permissions_by_method(self) -> Permissions:
        return self.permitted

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
            # WSGI shows such a body as an empty one.
            raise LengthRequired("A body in chunks is not accepted: send a Content-Length.", path="Content-Length")

    def check_permissions(self, request: Request) -> None:
        # Before permissions: to be refused counts as well.
        super().check_throttles(request)
        super().check_permissions(request)
        if self.flow_names and not self.opens_to_limited(request):
            flows = ", ".join(self.flow_names)
            raise PermissionDenied(f"This token is limited to flows ({flows}): it may read and trigger these only.")

    def may(self, permission: str) -> bool:
        """Has the caller's user this permission, and does the token that they came with not leave it out?"""
        allows = getattr(self.request.auth, "allows", None)
        return bool(self.request.user.has_perm(permission) and (allows is None or allows(permission)))

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> NoReturn:
        scopes = getattr(request.auth, "scopes", None)
        if scopes:
            message = f"The user of this token may not do this, or its scopes ({', '.join(scopes)}) leave it out."
        super().permission_denied(request, message, code)

    def check_throttles(self, request: Request) -> None:
        """Done before permissions."""

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(getattr(self, "rate", None), "headers", {}).items():
            final.setdefault(name, value)
        return final

    def opens_to_limited(self, request: Request) -> bool:
        """May a token enter that is limited to some flows?"""
        return False

    @property
    def flow_names(self) -> tuple[str, ...]:
        """The flows that the caller's token is limited to; empty where there is no such limit."""
        return tuple(getattr(self.request.auth, "flow_names", ()))

    def query(self, shape: type[Serializer[Any]] = NoQuery) -> dict[str, Any]:
        """What the query string says."""
        return _said(_valid(shape(data=self.request.query_params)))

    def said(self, shape: type[Serializer[Any]]) -> dict[str, Any]:
        """What the body says."""
        return _said(self.body(shape))

    def body(self, shape: type[S]) -> S:
        """The body itself, where its shape tells more than its fields."""
        return _valid(shape(data=self.request.data))

    def page(self, rows: QuerySet[Any], serializer: type[BaseSerializer[Any]], **context: Any) -> Response:
        """One page of `rows` in the order of the view's `keyset_field`."""
        pages = self.pagination_class()
        return self._told(pages, pages.paginate_queryset(rows, self.request, view=self), serializer, context)

    def page_by(
        self, find: Callable[..., Page[Any]], serializer: type[BaseSerializer[Any]], **context: Any
    ) -> Response:
        """The page that `find` finds, given `cursor` and `size`."""
        pages = self.pagination_class()
        return self._told(pages, pages.adopt(find, self.request), serializer, context)

    def _told(
        self, pages: KeysetPagination, found: Any, serializer: type[BaseSerializer[Any]], context: Any
    ) -> Response:
        told = serializer(found, many=True, context={"request": self.request, **context})
        return pages.get_paginated_response(told.data)

    def conditional(self, state: Any, build: Callable[[], Any]) -> HttpResponseBase:
        """304 if the caller knows this `state` already, else what `build` makes. `build` may be slow, `state` not."""
        # Weak: equal states mean equal meaning, not equal bytes.
        return self.tagged(f'W/"{strict_json.sha256(state)[:32]}"', build)

    def tagged(self, etag: str, build: Callable[[], Any]) -> HttpResponseBase:
        known = get_conditional_response(self.request._request, etag=etag)
        response = known if known is not None else Response(build())
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache"
        return response


def _valid(sent: S) -> S:
    sent.is_valid(raise_exception=True)
    return sent


def _said(sent: Serializer[Any]) -> dict[str, Any]:
    said: dict[str, Any] = sent.validated_data
    return said
