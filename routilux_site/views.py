"""The front door, and the pages for what went wrong: problem+json below /api/, HTML elsewhere."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from routilux_site.lib import request_id
from routilux_site.lib.problem import problem, problem_response

API_PREFIX = "/api/"

_TEXTS = {
    400: "The server could not make sense of this request.",
    403: "You may not do this. If you think you should, ask somebody who administers Routilux.",
    429: "Too many attempts. Wait a little, then try again.",
    404: "There is nothing at this address.",
    500: "Something went wrong on our side. It was written to the log under the request id below.",
}


def home(request: HttpRequest) -> HttpResponse:
    """Staff see how things stand; others their own jobs."""
    sees_all = request.user.is_staff and request.user.has_perm("jobs.view_job")
    return redirect("jobs:dashboard" if sees_all else "jobs:list")


@require_safe
@ensure_csrf_cookie
def api_docs(request: HttpRequest) -> HttpResponse:
    return render(request, "routilux/api_docs.html")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = "This form was open for too long, or cookies are off. Go back, load the page again and repeat."
    return _answer(request, 403, text=text, code="csrf-failed")


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    response = _answer(request, 429, text=f"Too many attempts to log in. Try again in {seconds} seconds.")
    response["Retry-After"] = str(seconds)
    return response


def too_slow(request: HttpRequest) -> HttpResponse:
    limit = f"The database gave this up after {settings.WEB['STATEMENT_TIMEOUT']:g} s: it had to read too much."
    return _answer(request, 503, text=f"{limit} Ask for less: a shorter time, one flow, one status.", code="too-slow")


def _answer(request: HttpRequest, status: int, *, text: str = "", code: str = "") -> HttpResponse:
    title = HTTPStatus(status).phrase
    detail = text or _TEXTS[status]
    if request.path.startswith(API_PREFIX):
        code = code or title.lower().replace(" ", "-")
        return problem_response(problem(status=status, code=code, detail=detail, instance=request.path))
    # Rendered without context processors: they ask the database, which may be what is broken.
    context = {"status": status, "title": title, "text": detail, "request_id": request_id.current.get()}
    return render(None, "routilux/error.html", context, status=status)
