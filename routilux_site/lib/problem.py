"""Errors of the API as `application/problem+json` (RFC 9457), with codes that do not change and JSON pointers."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, TypedDict

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from routilux_site.lib import request_id
from routilux_site.lib.errors import ErrorDetail, RoutiluxError, join_path, pointer

CONTENT_TYPE = "application/problem+json"


class ProblemError(TypedDict):
    pointer: str
    code: str
    message: str


class Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[ProblemError]


def problem(
    *, status: int, code: str, detail: str, instance: str, title: str = "", errors: tuple[ErrorDetail, ...] = ()
) -> Problem:
    return {
        "type": f"urn:routilux:problem:{code}",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
        "request_id": request_id.current.get(),
        "errors": [{"pointer": pointer(e.path), "code": e.code, "message": e.message} for e in errors],
    }


def problem_response(body: Problem) -> JsonResponse:
    """For the doors that DRF does not guard: URLs that do not exist, and errors before or after a view."""
    return JsonResponse(body, status=body["status"], content_type=CONTENT_TYPE)


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER; None for what nobody foresaw, which then is a 500 with a request id."""
    instance = context["request"].path if context.get("request") else ""
    body = _body(exception, instance)
    if body is None:
        return None
    set_rollback()
    told = {**body, **getattr(exception, "members", {})}  # members of its own, as RFC 9457 has it
    return Response(told, status=body["status"], headers=_headers(exception), content_type=CONTENT_TYPE)


def _body(exception: Exception, instance: str) -> Problem | None:
    if isinstance(exception, RoutiluxError):
        return of_error(exception, instance)
    if isinstance(exception, Http404):
        exception = exceptions.NotFound()
    elif isinstance(exception, PermissionDenied):
        exception = exceptions.PermissionDenied()
    if isinstance(exception, exceptions.ValidationError):
        return _of_fields(exception, instance)
    if isinstance(exception, exceptions.APIException):
        code = str(exception.default_code).replace("_", "-")
        return problem(status=exception.status_code, code=code, detail=str(exception.detail), instance=instance)
    return None


def of_error(error: RoutiluxError, instance: str) -> Problem:
    """What a refusal looks like; also for one that stands inside of an answer."""
    return problem(
        status=error.status,
        code=error.code,
        title=error.title,
        detail=str(error),
        instance=instance,
        errors=error.details(),
    )


def _of_fields(error: exceptions.ValidationError, instance: str) -> Problem:
    errors = tuple(_flatten(error.detail))
    detail = "; ".join(f"{e.path}: {e.message}" if e.path else e.message for e in errors)
    return problem(
        status=error.status_code,
        code="validation-error",
        title="The request has invalid values",
        detail=detail,
        instance=instance,
        errors=errors,
    )


def _flatten(detail: Any, path: str = "") -> Iterator[ErrorDetail]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            whole = key == api_settings.NON_FIELD_ERRORS_KEY
            yield from _flatten(value, path if whole else join_path(path, key))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            is_container = isinstance(value, dict | list)
            yield from _flatten(value, join_path(path, index) if is_container else path)
    else:
        yield ErrorDetail(path, str(getattr(detail, "code", "invalid")).replace("_", "-"), str(detail))


def _headers(exception: Exception) -> dict[str, str]:
    headers = dict(getattr(exception, "headers", {}))
    if getattr(exception, "auth_header", None):
        headers["WWW-Authenticate"] = str(exception.auth_header)  # type: ignore[attr-defined]
    if getattr(exception, "wait", None):
        headers["Retry-After"] = str(int(exception.wait))  # type: ignore[attr-defined]
    return headers
