"""Lists, one template, new ones, and edits."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from routilux_site.lib.api.operation import operation
from templates_app import services
from templates_app.api import docs, examples
from templates_app.api.bodies import NewFlow, NewRoutine, PatchBody, PutBody, TemplateQuery
from templates_app.api.doors import TemplateDoor, etag_of
from templates_app.api.patching import patched
from templates_app.api.pointing import among, inside, inside_routine, pointing
from templates_app.api.shapes.templates import FlowSerializer, RoutineSerializer
from templates_app.models import Prototype

ROWS: dict[str, Any] = {"flow": FlowSerializer, "routine": RoutineSerializer}


class TemplateList(TemplateDoor):
    verbs = {"GET": "view", "POST": "add"}
    for_triggering = True
    keyset_field = "name"

    @operation(
        id="list_{kind}s",
        summary="List {kind}s",
        about="By name; those that are not archived, unless asked for.",
        tag="{kind}s",
        parameters=[TemplateQuery],
        answers={200: {kind: shape(many=True) for kind, shape in ROWS.items()}},
        refuses=[400],
        examples=examples.ROWS,
    )
    def get(self, request: Request) -> Response:
        said = self.query(TemplateQuery)
        rows = self.rows().filter(archived_at__isnull=not said["archived"]).select_related("head", "parent")
        rows = rows.defer("own", "origin_base", "head__canonical", "parent__own", "parent__origin_base")
        wanted = {"category": "category", "base": "parent__name"}
        rows = rows.filter(**{field: said[key] for key, field in wanted.items() if key in said})
        rows = rows.filter(tags__contains=[said["tag"]]) if "tag" in said else rows
        return self.page(rows, ROWS[self.kind])

    @operation(
        id="create_{kind}",
        summary="Create a {kind}",
        about="Refused, with all that is wrong, when it makes no sense; then nothing is kept.",
        tag="{kind}s",
        takes={"flow": NewFlow, "routine": NewRoutine},
        parameters=docs.CREATES,
        answers=docs.CREATED,
        refuses=docs.CREATE,
        examples=docs.CREATE_EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        body: Any = self.body(NewFlow if self.kind == "flow" else NewRoutine)
        create = self._flow if self.kind == "flow" else self._routine
        place = inside("document") if self.kind == "flow" else inside_routine("document")
        with pointing(place):
            return self.answer(lambda: create(body), status=201)

    def _flow(self, body: NewFlow) -> Prototype:
        said = body.validated_data
        return services.create_flow(said["name"], document=said["document"], about=body.about(), actor=self.actor)

    def _routine(self, body: NewRoutine) -> Prototype:
        said = body.validated_data
        return services.create_routine(
            said["name"], base=said["base"], own=said["document"], about=body.about(), actor=self.actor
        )


class TemplateDetail(TemplateDoor):
    verbs = {"GET": "view", "PUT": "change", "PATCH": "change"}
    for_triggering = True

    @operation(
        id="read_{kind}",
        summary="Read a {kind}",
        about="What it stores, and what callers have to know. One with problems of level `error` is not runnable.",
        tag="{kind}s",
        parameters=docs.READS,
        answers={200: docs.DETAIL, 304: None},
        refuses=docs.READ,
        examples=docs.FLOW,
    )
    def get(self, request: Request, name: str) -> HttpResponseBase:
        self.query()
        found = self.prototype(name)
        data = self.detail(found)
        return self.tagged(etag_of(found, data), lambda: data)

    @operation(
        id="replace_{kind}",
        summary="Replace a {kind}",
        about="Its document becomes the one in the body; words that are not sent stay. Every flow that depends on it "
        "and means something else by then gets a new revision; unfinished jobs stay on theirs.",
        tag="{kind}s",
        takes=PutBody,
        parameters=docs.WRITES,
        answers=docs.CHANGED,
        refuses=(*docs.WRITE, 428),
        examples=docs.PUT,
    )
    def put(self, request: Request, name: str) -> Response:
        body = self.body(PutBody)
        document = body.validated_data["document"]
        with pointing(inside("document") if self.kind == "flow" else inside_routine("document")):
            return self.write(name, lambda found, v: _save(self, found, document, body, v), required=True)

    @operation(
        id="patch_{kind}",
        summary="Change fields of a {kind}",
        about="`set` gives fields a value, by their paths, `reset` lets them be inherited again. Nothing else changes.",
        tag="{kind}s",
        takes=PatchBody,
        parameters=docs.WRITES,
        answers=docs.CHANGED,
        refuses=(*docs.WRITE, 428),
        examples=docs.PATCH,
    )
    def patch(self, request: Request, name: str) -> Response:
        body = self.body(PatchBody)
        with pointing(among(_paths(body))):
            return self.write(name, lambda found, v: _patch(self, found, body, v), required=True)


class TemplateImpact(TemplateDoor):
    verbs = {"POST": "change"}

    @operation(
        id="preview_{kind}",
        summary="Preview a change of a {kind}",
        about="Takes what PATCH takes and writes nothing: the body that the save would answer, and its impact on "
        "everything that depends on the {kind}. Every other write does the same with `?preview=true`.",
        tag="{kind}s",
        takes=PatchBody,
        parameters=[docs.IF_MATCH],
        answers={200: docs.PREVIEW},
        refuses=docs.WRITE,
        examples=docs.PREVIEWED,
    )
    def post(self, request: Request, name: str) -> Response:
        self.query()
        body = self.body(PatchBody)
        with pointing(among(_paths(body))):
            return self.write(name, lambda found, v: _patch(self, found, body, v))

    def answer(self, verb: Any, *, status: int = 200) -> Response:
        return self.previewed(verb)


def _paths(body: PatchBody) -> dict[str, Any]:
    said = body.validated_data
    values = said.get("set", {})
    return {"set": values if isinstance(values, dict) else {}, "reset": said.get("reset", [])}


def _patch(door: TemplateDoor, found: Any, body: PatchBody, version: int | None) -> None:
    said = body.validated_data
    document = patched(found, said.get("set", {}), said.get("reset", []))
    _save(door, found, document, body, version)


def _save(door: TemplateDoor, found: Any, document: Any, body: Any, version: int | None) -> None:
    common: dict[str, Any] = {
        "version": found.version if version is None else version,
        "message": body.validated_data["message"],
        "about": body.about_instead(found),
        "actor": door.actor,
    }
    if door.kind == "flow":
        services.update_flow(found, document=document, **common)
    else:
        services.update_routine(found, own=document, **common)
