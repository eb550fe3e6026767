from __future__ import annotations

from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from psycopg.errors import QueryCanceled

from routilux_site import views
from routilux_site.lib import request_id

GetResponse = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)


def content_security_policy(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Content-Security-Policy"] = POLICY
        return response

    return middleware


def identify_request(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        identity = request_id.accept_or_make(request.headers.get("X-Request-ID"))
        token = request_id.current.set(identity)
        try:
            response = get_response(request)
        finally:
            request_id.current.reset(token)
        response["X-Request-ID"] = identity
        return response

    return middleware


def give_up_in_words(get_response: GetResponse) -> GetResponse:
    """A question that the database gave up, as it took too long, is no fault of ours that nobody foresaw."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = _told_too_slow  # type: ignore[attr-defined]
    return middleware


def _told_too_slow(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    is_slow = isinstance(exception, OperationalError) and isinstance(exception.__cause__, QueryCanceled)
    return views.too_slow(request) if is_slow else None
