"""What the pages read, each in a fixed number of queries."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from routilux_site.lib.keyset import Page, PageError, keyset_page
from templates_app.models import FlowPrototype, Prototype, Revision

SIZE, CHOICES = 20, 500


def visible_flow(name: str) -> FlowPrototype:
    return get_object_or_404(FlowPrototype.objects.select_related("head", "parent"), name=name)


def visible_revision(name: str, number: int) -> tuple[FlowPrototype, Revision]:
    revisions = Revision.objects.select_related("flow", "flow__head", "created_by")
    found = get_object_or_404(revisions, flow__name=name, number=number)
    return found.flow, found


def saves(flow: FlowPrototype) -> QuerySet[Revision]:
    """The revisions that saves made; those that only a launch asked for are no history of the flow."""
    return flow.revisions.filter(for_launch=False)


def save_before(flow: FlowPrototype, revision: Revision) -> Revision | None:
    return saves(flow).filter(number__lt=revision.number).order_by("-number").first()


def page_of_saves(flow: FlowPrototype, cursor: str) -> Page[Revision]:
    try:
        return keyset_page(saves(flow).select_related("created_by"), field="-number", cursor=cursor, size=SIZE)
    except PageError as error:
        raise Http404(error.message) from error


def names(*, with_routines: bool) -> list[str]:
    rows = Prototype.objects.filter(is_code=False, archived_at=None).order_by("name")
    rows = rows if with_routines else rows.filter(kind="flow")
    return list(rows.values_list("name", flat=True)[:CHOICES])
