"""What differs between any two templates, revisions, or a text that is not stored."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from routilux_site.lib.api.operation import operation
from templates_app.api import docs
from templates_app.api.bodies import CompareBody, CompareQuery
from templates_app.api.doors import Door
from templates_app.api.pointing import pointing
from templates_app.api.shapes.changes import ComparisonSerializer
from templates_app.diff import compare, patch, summary, to_json
from templates_app.errors import TemplateError
from templates_app.pages import sides, uploads
from templates_app.pages.access import VIEW_FLOWS, VIEW_ROUTINES
from templates_app.pages.sides import Side


class NotComparable(TemplateError):
    code: ClassVar[str] = "not-comparable"
    title: ClassVar[str] = "These cannot be compared"


class Compare(Door):
    permitted = {"GET": (VIEW_FLOWS, VIEW_ROUTINES), "POST": (VIEW_ROUTINES,)}

    @operation(
        id="compare_templates",
        summary="Compare two templates",
        about="Two of templates and revisions, by what they mean: nodes by name, connections, settings; as sentences "
        "and as a JSON Patch.",
        tag="templates",
        parameters=[CompareQuery],
        answers={200: ComparisonSerializer},
        refuses=docs.READ,
        examples=docs.COMPARE[1:],
    )
    def get(self, request: Request) -> HttpResponseBase:
        said = self.query(CompareQuery)
        found = sides.read(said.values(), request.user)
        a, b = (_side(found[said[key]], key) for key in ("a", "b"))
        return Response(_compared(a, b))

    @operation(
        id="compare_with_text",
        summary="Compare a template with a text",
        about="The text is not stored. It may name any routine template, and shows what it would mean here.",
        tag="templates",
        takes=CompareBody,
        answers={200: ComparisonSerializer},
        refuses=(400, 404, 411, 413, 415),
        examples=docs.COMPARE,
    )
    def post(self, request: Request) -> Response:
        self.query()
        said = self.said(CompareBody)
        a = _side(sides.read([said["a"]], request.user)[said["a"]], "a")
        with pointing(lambda path: "text"):
            b = uploads.read(said["text"], prefer=said["a"].partition("@")[0])
        return Response(_compared(a, b))


def _side(found: Any, field: str) -> Side:
    with pointing(lambda path: field):
        if isinstance(found, TemplateError):
            raise found
    side: Side = found
    return side


def _compared(a: Side, b: Side) -> dict[str, Any]:
    if a.is_flow != b.is_flow:
        raise NotComparable(
            "A flow and a routine have nothing to compare: two flows, or two routines, are accepted.", path="b"
        )
    differences = compare(a.outline, b.outline)
    return {
        "a": a.ref or a.label,
        "b": b.ref or b.label,
        "summary": summary(differences),
        "differences": to_json(differences),
        "patch": patch(a.document, b.document),
    }
