"""Keeping a filter of the job list under a name, and letting it go again."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from jobs.history import savedviews
from jobs.models import SavedView
from jobs.pages.suggestions import address


@login_required
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    said = {name: request.POST.get(name, "").replace("\0", "") for name in ("name", "q")}
    try:
        view = savedviews.save_view(
            user=cast("User", request.user), name=said["name"], query=said["q"], shared="shared" in request.POST
        )
    except savedviews.BadView as error:
        messages.error(request, error.message)
        return redirect(_list(said["q"][:1000]))
    messages.success(request, f"The view ‘{view.name}’ is saved.")
    return redirect(_list(view.query))


@login_required
@require_POST
def delete_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Only one's own: a shared view belongs to whoever saved it."""
    view = get_object_or_404(SavedView, pk=view_id, user=request.user.pk)
    savedviews.delete_view(view=view)
    messages.success(request, f"The view ‘{view.name}’ is deleted.")
    return redirect(_list(view.query))


def _list(query: str) -> str:
    return reverse("jobs:list") + address(query)
