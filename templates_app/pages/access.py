"""Who may see these pages. To others there are no templates at all, so that names do not leak."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

VIEW_FLOWS = "templates_app.view_flowprototype"
VIEW_ROUTINES = "templates_app.view_routineprototype"
CHANGE_FLOWS = "templates_app.change_flowprototype"

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def for_readers(view: View[P], *, permission: str = VIEW_FLOWS) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.has_perm(permission):
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(guarded)


def for_editors(view: View[P]) -> View[P]:
    return for_readers(view, permission=CHANGE_FLOWS)
