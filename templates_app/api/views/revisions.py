"""The revisions of a flow: all of them, each one, and one brought back."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from routilux_site.lib.api.operation import operation
from routilux_site.lib.api.queries import PageQuery
from templates_app import selectors, services
from templates_app.api import docs, examples
from templates_app.api.bodies import MessageBody
from templates_app.api.doors import TemplateDoor
from templates_app.api.shapes.templates import RevisionDetailSerializer, RevisionRowSerializer
from templates_app.models import Revision


class _OfRevision(TemplateDoor):
    def revision(self, flow: Any, number: int) -> Revision:
        revision: Revision = get_object_or_404(flow.revisions.select_related("created_by"), number=number)
        return revision


class FlowRevisions(TemplateDoor):
    verbs = {"GET": "view"}
    keyset_field = "-number"

    @operation(
        id="list_revisions",
        summary="List the revisions of a flow",
        about="What saves made of it, newest first, with author and message.",
        tag="flows",
        parameters=[PageQuery],
        answers={200: RevisionRowSerializer(many=True)},
        refuses=docs.READ,
        examples=examples.REVISIONS,
    )
    def get(self, request: Request, name: str) -> Response:
        self.query(PageQuery)
        flow = self.prototype(name)
        return self.page(selectors.history(flow), RevisionRowSerializer, head=flow.head_id)


class FlowRevision(_OfRevision):
    verbs = {"GET": "view"}

    @operation(
        id="read_revision",
        summary="Read a revision of a flow",
        about="What the flow meant then, in full; it never changes.",
        tag="flows",
        answers={200: RevisionDetailSerializer},
        refuses=docs.READ,
        examples=examples.REVISION,
    )
    def get(self, request: Request, name: str, number: int) -> Response:
        self.query()
        flow = self.prototype(name)
        context = {"head": flow.head_id}
        return Response(RevisionDetailSerializer(self.revision(flow, number), context=context).data)


class FlowRestore(_OfRevision):
    verbs = {"POST": "change"}

    @operation(
        id="restore_revision",
        summary="Restore a revision of a flow",
        about="Saves the flow anew so that it means the old revision again, as near as today's code allows.",
        tag="flows",
        takes=MessageBody,
        parameters=docs.WRITES,
        answers=docs.CHANGED,
        refuses=docs.WRITE,
        examples=docs.MESSAGE,
    )
    def post(self, request: Request, name: str, number: int) -> Response:
        said = self.said(MessageBody)
        revision = self.revision(self.prototype(name), number)
        return self.write(
            name,
            lambda found, v: services.restore(found, revision=revision, version=v, actor=self.actor, **said),
        )
