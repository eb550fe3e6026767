"""Templates as text: export, and import with its plan first. The body is the text itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from routilux_site.lib import strict_json
from routilux_site.lib.api.operation import operation
from routilux_site.lib.strict_json import JSONTooLargeError
from templates_app import dsl
from templates_app.api import docs, examples
from templates_app.api.bodies import ExportQuery, ImportQuery
from templates_app.api.doors import Door
from templates_app.api.shapes.changes import PlanSerializer, VerdictSerializer
from templates_app.document import accepted_names
from templates_app.dsl import Bundle, Format
from templates_app.models import Prototype
from templates_app.refusals import Refused

_VERBS = ("add", "change")
READ = tuple(f"templates_app.view_{kind}prototype" for kind in ("flow", "routine"))
WRITE = tuple(f"templates_app.{verb}_{kind}prototype" for verb in _VERBS for kind in ("flow", "routine"))
MEDIA: Mapping[str, Format] = {"application/yaml": "yaml", "application/json": "json"}
TAKES = {docs.YAML: OpenApiTypes.ANY, "application/json": OpenApiTypes.ANY}
REFUSES = (400, 411, 413, 415)


class _Text(BaseParser):
    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        # One byte more than accepted is enough to refuse, however much is sent.
        text = stream.read(strict_json.LIMITS.max_bytes + 1)
        if len(text) > strict_json.LIMITS.max_bytes:
            raise JSONTooLargeError(f"Too large: at most {strict_json.LIMITS.max_bytes} bytes are accepted.")
        return text


class YamlText(_Text):
    media_type = "application/yaml"


class JSONText(_Text):
    media_type = "application/json"


class Export(Door):
    permitted = {"GET": READ}
    needs_all = True

    @operation(
        id="export_templates",
        summary="Export templates",
        about="As the text that import takes, byte-stable: the same templates give the same bytes.",
        tag="templates",
        parameters=[ExportQuery],
        answers={(200, docs.YAML): OpenApiTypes.ANY, (200, "application/json"): OpenApiTypes.ANY},
        refuses=[400, 404],
        examples=examples.EXPORT,
    )
    def get(self, request: Request) -> HttpResponseBase:
        said = self.query(ExportQuery)
        found = _named(said["name"]) if "name" in said else _in_use()
        found = dsl.with_foundations(found) if said["foundations"] else found
        kind = docs.YAML if said["format"] == "yaml" else "application/json"
        response = HttpResponse(dsl.export_text(found, said["format"]), content_type=f"{kind}; charset=utf-8")
        response["Cache-Control"] = "private, no-cache"
        return response


class _Import(Door):
    permitted = {"POST": WRITE}
    needs_all = True
    parser_classes = [YamlText, JSONText]

    def bundle(self) -> Bundle:
        said = self.query(ImportQuery)
        text: object = self.request.data
        kind = (self.request.content_type or "").partition(";")[0].strip().lower()
        return dsl.parse(text if isinstance(text, bytes) else b"", MEDIA.get(kind), name=said["name"])


class Plan(_Import):
    @operation(
        id="plan_import",
        summary="Plan an import",
        about="What applying would create, update and affect; writes nothing. 200 also where it would be refused: "
        "`problems` tell why.",
        tag="templates",
        takes=TAKES,
        parameters=[ImportQuery],
        answers={200: PlanSerializer},
        refuses=REFUSES,
        examples=examples.PLAN,
    )
    def post(self, request: Request) -> Response:
        return Response(dsl.plan(self.bundle()).to_json())


class Apply(_Import):
    @operation(
        id="apply_import",
        summary="Import templates",
        about="All documents or none. What says nothing new is not touched; a second time does nothing.",
        tag="templates",
        takes=TAKES,
        parameters=[ImportQuery],
        answers={200: PlanSerializer},
        refuses=(*REFUSES, 409),
        examples=examples.PLAN,
    )
    def post(self, request: Request) -> Response:
        return Response(dsl.apply(self.bundle(), self.actor).to_json())


class Validate(_Import):
    @operation(
        id="validate_templates",
        summary="Validate templates",
        about="Everything that keeps a text from being applied, at once; writes nothing.",
        tag="templates",
        takes=TAKES,
        parameters=[ImportQuery],
        answers={200: VerdictSerializer},
        refuses=REFUSES,
        examples=examples.VERDICT,
    )
    def post(self, request: Request) -> Response:
        try:
            problems = [problem.to_json() for problem in dsl.validate(self.bundle())]
        except Refused as refused:
            problems = [
                {"path": told.path, "code": told.code, "message": told.message, "level": "error"}
                for told in refused.errors
            ]
        return Response({"valid": not problems, "problems": problems})


def _in_use() -> list[Prototype]:
    return list(Prototype.objects.filter(is_code=False, archived_at=None))


def _named(names: list[str]) -> list[Prototype]:
    found = {one.name: one for one in Prototype.objects.filter(name__in=names)}
    missing = [name for name in names if name not in found]
    if missing:
        known = Prototype.objects.filter(is_code=False, archived_at=None).values_list("name", flat=True)
        message = f"There is no template {missing[0]!r}. {accepted_names(missing[0], known)}"
        raise ValidationError({"name": [ErrorDetail(message, code="unknown-template")]})
    return list(found.values())
