"""Templates made of others: variants that inherit, and copies of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from routilux_site.lib.api.operation import operation
from templates_app import services
from templates_app.api import docs
from templates_app.api.bodies import CopyBody
from templates_app.api.doors import TemplateDoor
from templates_app.api.pointing import inside, inside_routine, pointing
from templates_app.models import Prototype


class _Copies(TemplateDoor):
    verbs = {"POST": "clone"}

    def make(self, name: str, verb: Callable[..., Prototype]) -> Response:
        body = self.body(CopyBody)
        of, said = self.prototype(name), body.validated_data
        asked: dict[str, Any] = {"name": said["name"], "overrides": said["overrides"], "actor": self.actor}
        with pointing(inside("overrides") if self.kind == "flow" else inside_routine("overrides")):
            return self.answer(lambda: verb(of, **asked, body=body), status=201)


class TemplateVariants(_Copies):
    @operation(
        id="create_{kind}_variant",
        summary="Create a variant of a {kind}",
        about="It stores its overrides only and inherits all else, live.",
        tag="{kind}s",
        takes=CopyBody,
        parameters=docs.CREATES,
        answers=docs.CREATED,
        refuses=docs.CREATE,
        examples=docs.VARIANT,
    )
    def post(self, request: Request, name: str) -> Response:
        return self.make(name, _variant)


class TemplateDuplicates(_Copies):
    @operation(
        id="duplicate_{kind}",
        summary="Duplicate a {kind}",
        about="An independent copy of what it means now; it can be rebased when its origin moves on.",
        tag="{kind}s",
        takes=CopyBody,
        parameters=docs.CREATES,
        answers=docs.CREATED,
        refuses=docs.CREATE,
        examples=docs.DUPLICATE,
    )
    def post(self, request: Request, name: str) -> Response:
        return self.make(name, _duplicate)


def _variant(of: Any, *, body: CopyBody, **asked: Any) -> Prototype:
    made: Prototype = services.create_variant(of, about=body.about(), **asked)
    return made


def _duplicate(of: Any, *, body: CopyBody, **asked: Any) -> Prototype:
    about = body.about_instead(of)
    made: Prototype = services.duplicate(of, about=replace(about, name=None) if about else None, **asked)
    return made
