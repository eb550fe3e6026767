"""One answer for a page and for the part of it that a script fetches again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from routilux_site.lib import strict_json

CACHE_CONTROL = "private, no-cache"


def live_page(request: HttpRequest, name: str, context: Callable[[], dict[str, Any]], *, state: Any) -> HttpResponse:
    """`jobs/<name>.html`, or with `?fragment=1` only `jobs/_<name>.html` with a weak ETag over `state`.

    `state` is plain data that changes whenever the fragment would; times that merely pass by are not part of it, the
    script counts those on by itself. What costs reading belongs into `context`, which an unchanged fragment never asks.
    """
    if "fragment" not in request.GET:
        response = render(request, f"jobs/{name}.html", {**context(), "fragment": f"jobs/_{name}.html"})
        response["Cache-Control"] = CACHE_CONTROL
        return response
    etag = "W/" + quote_etag(strict_json.sha256([request.user.pk, state])[:32])
    response = _unchanged(request, etag) or render(request, f"jobs/_{name}.html", context())
    response["ETag"] = etag
    response["Cache-Control"] = CACHE_CONTROL
    return response


def _unchanged(request: HttpRequest, etag: str) -> HttpResponse | None:
    response = get_conditional_response(request, etag=etag)
    return response if isinstance(response, HttpResponseNotModified) else None
