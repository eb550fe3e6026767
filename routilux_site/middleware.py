from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

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
