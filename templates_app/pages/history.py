"""The revisions of a flow: all of them, and each one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from routilux_site.lib.keyset import Page
from templates_app.diff import compare
from templates_app.graph import draw, table
from templates_app.models import FlowPrototype, Revision
from templates_app.pages import reads, shown, sides
from templates_app.pages.access import CHANGE_FLOWS, for_readers
from templates_app.pages.answers import private, text_file
from templates_app.pages.compare import address
from templates_app.pages.parsed import change_between, spec_of
from templates_app.pages.results import rows


@dataclass(frozen=True, slots=True)
class Line:
    """`previous` and `current` are addresses of comparisons, empty where there is nothing to compare with."""

    revision: Revision
    ref: str
    change: str
    is_current: bool
    previous: str
    current: str


@for_readers
@require_safe
def revision_list(request: HttpRequest, name: str) -> HttpResponse:
    flow = reads.visible_flow(name)
    page = reads.page_of_saves(flow, request.GET.get("cursor", ""))
    context = {
        "flow": flow,
        "lines": _lines(flow, page),
        "next": page.next,
        "previous": page.previous,
        "may_restore": _may_restore(request, flow),
        "with_parent": address(flow.parent.name, flow.name) if flow.parent else "",
    }
    return private(render(request, "templates_app/pages/revisions.html", context))


@for_readers
@require_safe
def revision_page(request: HttpRequest, name: str, number: int) -> HttpResponse:
    flow, revision = reads.visible_revision(name, number)
    before = reads.save_before(flow, revision)
    line = _line(flow, revision, before)
    change = compare(sides.outline(before), sides.outline(revision)) if before else ()
    context = {
        "flow": flow,
        "revision": revision,
        "line": line,
        "before": before,
        "may_restore": not line.is_current and _may_restore(request, flow),
        **rows(change),
        **_content(flow, revision),
    }
    return private(render(request, "templates_app/pages/revision.html", context))


@for_readers
@require_safe
def revision_file(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The canonical text, byte for byte: its SHA-256 is the hash of the revision."""
    flow, revision = reads.visible_revision(name, number)
    return text_file(revision.canonical, f"{flow.name}-{revision.number}.json")


def _lines(flow: FlowPrototype, page: Page[Revision]) -> list[Line]:
    """Each with what it changed in the one before it; the last of a page needs one more for that."""
    found = list(page.items)
    older = reads.save_before(flow, found[-1]) if found and page.next else None
    return [_line(flow, now, before) for now, before in pairwise([*found, older]) if now]


def _line(flow: FlowPrototype, now: Revision, before: Revision | None) -> Line:
    ref = _ref(flow, now)
    is_current = now.pk == flow.head_id
    return Line(
        revision=now,
        ref=ref,
        change=change_between(before, now),
        is_current=is_current,
        previous=address(_ref(flow, before), ref) if before else "",
        current=address(ref, flow.name) if flow.head_id and not is_current else "",
    )


def _ref(flow: FlowPrototype, revision: Revision) -> str:
    return f"{flow.name}@{revision.number}"


def _may_restore(request: HttpRequest, flow: FlowPrototype) -> bool:
    return not flow.is_archived and request.user.has_perm(CHANGE_FLOWS)


def _content(flow: FlowPrototype, revision: Revision) -> dict[str, Any]:
    spec, outline = spec_of(revision), sides.outline(revision)
    return {
        "edges": table(spec),
        # the drawing escapes every name itself
        "picture": SafeString(draw(spec, title=f"{flow.name}, revision {revision.number}")),
        "settings": [(key, shown.value(said)) for key, said in _stated(outline.settings).items()],
        "nodes": [
            (name, node["class"], [(key, shown.value(said)) for key, said in _stated(node).items() if key != "class"])
            for name, node in outline.nodes.items()
        ],
    }


def _stated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {key: said for key, said in values.items() if said not in (None, False, {}, [])}
