"""*Create variant* and *Duplicate*: a name, what shall differ, and the values of the original to look at."""

from __future__ import annotations

import json
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html

from routilux_site.lib.errors import RoutiluxError
from templates_app import impact, selectors, services
from templates_app.admin.confirming import PREVIEW, shown
from templates_app.audit import actor_of
from templates_app.forms.clone import CloneForm
from templates_app.models import Prototype
from templates_app.naming import About

if TYPE_CHECKING:
    from templates_app.admin.base import PrototypeAdmin
    from templates_app.audit import Actor


class CloneVerb(Enum):
    VARIANT = ("Create variant", "variant", "It inherits from ‘{}’ whatever it does not override, also later changes.")
    DUPLICATE = ("Duplicate", "duplicate", "It becomes a copy of ‘{}’ that later changes there do not reach.")


def clone_page(page: PrototypeAdmin, request: HttpRequest, of: Prototype, verb: CloneVerb) -> HttpResponse:
    if request.method != "POST":
        return _page(page, request, of, verb, CloneForm(initial=_initial(of, verb)))
    form = CloneForm(request.POST)
    if not form.is_valid():
        return _page(page, request, of, verb, form)
    make = partial(_clone, of, verb, form, actor_of(request))
    try:
        if PREVIEW not in request.POST:
            return _made(page, request, of, verb, make())
        return _page(page, request, of, verb, form, preview=shown(impact.preview(make), of))
    except RoutiluxError as refusal:
        kind = type("Refused", (CloneForm,), {"refusal": refusal})
        return _page(page, request, of, verb, kind(request.POST))


def _page(
    page: PrototypeAdmin, request: HttpRequest, of: Prototype, verb: CloneVerb, form: CloneForm, **beside: Any
) -> HttpResponse:
    title, _, intro = verb.value
    return page.tool_page(
        request,
        of,
        form=form,
        fieldsets=[(None, {"fields": ["name", "description", "overrides"]})],
        title=f"{title} of ‘{of}’",
        intro=intro.format(of),
        submit=title,
        may_preview=True,
        shown_title=f"What ‘{of}’ means now",
        shown=json.dumps(effective_document(of), indent=2, ensure_ascii=False),
        **beside,
    )


def _made(page: PrototypeAdmin, request: HttpRequest, of: Prototype, verb: CloneVerb, made: Prototype) -> HttpResponse:
    link = format_html('<a href="{}">{}</a>', made.get_absolute_url(), made)
    what = "Variant" if verb is CloneVerb.VARIANT else "Duplicate"
    page.message_user(request, format_html("{} {} of ‘{}’ was created.", what, link, of), messages.SUCCESS)
    return HttpResponseRedirect(made.get_absolute_url())


def _clone(of: Prototype, verb: CloneVerb, form: CloneForm, actor: Actor) -> Prototype:
    cleaned = form.cleaned_data
    clone = services.create_variant if verb is CloneVerb.VARIANT else services.duplicate
    about = About(description=cleaned["description"], category=of.category, tags=tuple(of.tags))
    return clone(of, name=cleaned["name"], overrides=cleaned["overrides"], about=about, actor=actor)


def _initial(of: Prototype, verb: CloneVerb) -> dict[str, Any]:
    return {"description": of.description if verb is CloneVerb.DUPLICATE else "", "overrides": {}}


def effective_document(of: Prototype) -> dict[str, Any]:
    """All values that `of` has now, in the shape in which overrides are written."""
    if not of.is_flow:
        return dict(selectors.resolved_routine(of).effective.values)
    resolved = selectors.resolved_flow(of)
    nodes = {name: dict(node.effective.values) for name, node in sorted(resolved.nodes.items())}
    return {"settings": dict(resolved.settings.values), "nodes": nodes}
