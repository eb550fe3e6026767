"""Pages of the whole house: search, which is also what the palette asks, and help."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from routilux_site.search import find


@require_safe
@login_required
def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")
    return render(request, "routilux/search.html", {"text": text, "found": find(request, text)})


@require_safe
def search_json(request: HttpRequest) -> HttpResponse:
    """For the palette, which cannot follow a redirect to the log-in page."""
    if not request.user.is_authenticated:
        return JsonResponse({"found": []}, status=403)
    answer = JsonResponse({"found": [found.to_json() for found in find(request, request.GET.get("q", ""))]})
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
@login_required
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "routilux/help.html")
