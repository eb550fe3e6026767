"""Where the pages of a prototype lead: its verbs, runs, history and comparisons, as far as the reader may go there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from templates_app.models import Prototype

if TYPE_CHECKING:
    from templates_app.admin.base import PrototypeAdmin

Link = tuple[str, str]

_LONGEST_REASON = 160


def first_error(prototype: Prototype) -> str:
    """Why a prototype is invalid, in a line; empty when it is not."""
    errors = [problem for problem in prototype.problems if problem["level"] == "error"]
    if not errors:
        return ""
    told = f"{errors[0]['path']}: {errors[0]['message']}" if errors[0]["path"] else errors[0]["message"]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return (told if len(told) <= _LONGEST_REASON else f"{told[:_LONGEST_REASON]}…") + more


def tools(page: PrototypeAdmin, request: HttpRequest, prototype: Prototype) -> list[Link]:
    found = [*_runs(page, request, prototype), ("Fields and layers", page.url("fields", prototype))]
    found += _history(request, prototype)
    if page.has_clone_permission(request) and not prototype.is_archived:
        found += [(label, page.url(verb, prototype)) for label, verb in _CLONES]
    if page.has_change_permission(request, prototype):
        found += [(label, page.url(verb, prototype)) for label, verb in _edits(prototype)]
    if page.has_archive_permission(request) and not prototype.is_code:
        found.append(("Bring back" if prototype.is_archived else "Archive", page.url("archive", prototype)))
    return found


_CLONES = (("Create variant", "variant"), ("Duplicate", "duplicate"))


def _edits(prototype: Prototype) -> list[Link]:
    is_variant = prototype.parent is not None and not prototype.parent.is_code
    found = [("Promote", "promote"), ("Detach", "detach")] if is_variant else []
    if prototype.origin_id is not None:
        found.append(("Rebase", "rebase"))
    return [*found, ("Lock a field", "rule")]


def _runs(page: PrototypeAdmin, request: HttpRequest, prototype: Prototype) -> list[Link]:
    if not prototype.is_flow:
        return []
    is_runnable = prototype.head_id is not None and not prototype.is_archived
    run = _address("jobs:trigger", prototype.name) if is_runnable and page.may(request, "trigger") else ""
    may_try = is_tryable(page, request, prototype)
    dry = _address("jobs:dry-run", prototype.name) if may_try else ""
    jobs = _address("jobs:list") if request.user.has_perm("jobs.view_job") else ""
    listed = f"{jobs}?{urlencode({'q': f'flow:{prototype.name}'})}" if jobs else ""
    return [(label, address) for label, address in (("Run", run), ("Dry run", dry), ("Jobs", listed)) if address]


def is_tryable(page: PrototypeAdmin, request: HttpRequest, prototype: Prototype) -> bool:
    return not prototype.is_archived and (page.may(request, "trigger") or page.may(request, "change"))


def _history(request: HttpRequest, prototype: Prototype) -> list[Link]:
    parent = prototype.parent
    compare = _address("templates:compare") if request.user.has_perm("templates_app.view_flowprototype") else ""
    if not compare:
        return []
    query = urlencode({"a": parent.name, "b": prototype.name}) if parent else ""
    found = [("Revisions", _address("templates:revisions", prototype.name))] if prototype.is_flow else []
    return [*found, *([("Compare with parent", f"{compare}?{query}")] if parent and not parent.is_code else [])]


def _address(name: str, *args: Any) -> str:
    """Empty while the site has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def row_links(page: PrototypeAdmin, request: HttpRequest) -> Callable[[Prototype], SafeString]:
    """A column for the list: where most people go next from a row."""

    @admin.display(description="go to")
    def links(prototype: Prototype) -> SafeString:
        found = [*_runs(page, request, prototype), *_history(request, prototype)]
        found.append(("Fields", page.url("fields", prototype)))
        hidden = format_html('<span class="visually-hidden"> of {}</span>', prototype.name)
        return format_html_join(" ", '<a href="{}">{}{}</a>', ((address, label, hidden) for label, address in found))

    return links
