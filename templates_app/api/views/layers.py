"""Fields between a template, its parents and its origin; rules; out of use and back."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from routilux_site.lib.api.operation import operation
from templates_app import services
from templates_app.api import docs
from templates_app.api.bodies import MessageBody, PathBody, PathsBody, RebaseBody, RuleBody
from templates_app.api.doors import TemplateDoor
from templates_app.api.pointing import among, pointing, taken
from templates_app.api.shapes.changes import ExplanationSerializer, RebaseSerializer, RulesSerializer
from templates_app.explain import explain


class TemplatePromote(TemplateDoor):
    verbs = {"POST": "change"}

    @operation(
        id="promote_{kind}",
        summary="Promote values of a {kind} variant to its parent",
        about="The variant then inherits them, and so do its siblings.",
        tag="{kind}s",
        takes=PathsBody,
        parameters=docs.WRITES,
        answers=docs.CHANGED,
        refuses=docs.WRITE,
        examples=docs.PROMOTE,
    )
    def post(self, request: Request, name: str) -> Response:
        said = self.body(PathsBody).validated_data
        with pointing(among({"paths": said["paths"]})):
            return self.write(name, lambda found, v: services.promote(found, version=v, actor=self.actor, **said))


class TemplateReset(TemplateDoor):
    verbs = {"POST": "change"}

    @operation(
        id="reset_{kind}",
        summary="Reset a field of a {kind} to inherited",
        tag="{kind}s",
        takes=PathBody,
        parameters=docs.WRITES,
        answers=docs.CHANGED,
        refuses=docs.WRITE,
        examples=docs.RESET,
    )
    def post(self, request: Request, name: str) -> Response:
        said = self.body(PathBody).validated_data
        with pointing(lambda path: "path"):
            return self.write(name, lambda found, v: services.reset(found, version=v, actor=self.actor, **said))


class TemplateDetach(TemplateDoor):
    verbs = {"POST": "change"}

    @operation(
        id="detach_{kind}",
        summary="Detach a {kind} variant from its parent",
        about="It keeps its meaning, and no longer follows. The parent becomes its origin.",
        tag="{kind}s",
        takes=MessageBody,
        parameters=docs.WRITES,
        answers=docs.CHANGED,
        refuses=docs.WRITE,
        examples=docs.MESSAGE,
    )
    def post(self, request: Request, name: str) -> Response:
        said = self.body(MessageBody).validated_data
        return self.write(name, lambda found, v: services.detach(found, version=v, actor=self.actor, **said))


class TemplateRules(TemplateDoor):
    verbs = {"GET": "view", "PUT": "change"}

    @operation(
        id="read_{kind}_rules",
        summary="List the locks and bounds that a {kind} sets",
        tag="{kind}s",
        answers={200: RulesSerializer},
        refuses=docs.READ,
    )
    def get(self, request: Request, name: str) -> Response:
        self.query()
        return Response({"rules": self.prototype(name).rules})

    @operation(
        id="set_{kind}_rule",
        summary="Lock, bound or free a field",
        about="It binds variants, nodes that use the routine, and overrides at launch. What breaks it by now becomes "
        "visibly invalid; preview it first.",
        tag="{kind}s",
        takes=RuleBody,
        parameters=docs.WRITES,
        answers=docs.CHANGED,
        refuses=docs.WRITE,
        examples=docs.RULE,
    )
    def put(self, request: Request, name: str) -> Response:
        said = self.body(RuleBody).validated_data
        with pointing(lambda path: path if path.partition(".")[0] == "rule" else "path"):
            return self.write(name, lambda found, v: services.set_rule(found, version=v, actor=self.actor, **said))


class TemplateRebase(TemplateDoor):
    verbs = {"GET": "change", "POST": "change"}

    @operation(
        id="compare_{kind}_with_origin",
        summary="Compare a duplicate of a {kind} with its origin",
        about="What changed there since it was copied, what here, and where both did.",
        tag="{kind}s",
        answers={200: RebaseSerializer},
        refuses=docs.READ,
    )
    def get(self, request: Request, name: str) -> Response:
        self.query()
        found = self.prototype(name)
        changes = [change.to_json() for change in services.three_way(found)]
        return Response({"origin": found.origin.name, "changes": changes})

    @operation(
        id="rebase_{kind}",
        summary="Rebase a duplicate of a {kind} on its origin",
        about="Takes over what changed there. `take` decides by path; each conflict needs a decision.",
        tag="{kind}s",
        takes=RebaseBody,
        parameters=docs.WRITES,
        answers=docs.CHANGED,
        refuses=docs.WRITE,
        examples=docs.REBASE,
    )
    def post(self, request: Request, name: str) -> Response:
        body = self.body(RebaseBody)
        said = {**body.validated_data, "take": body.chosen()}
        with pointing(taken):
            return self.write(name, lambda found, v: services.rebase(found, version=v, actor=self.actor, **said))


class TemplateArchive(TemplateDoor):
    verbs = {"POST": "archive"}

    @operation(
        id="archive_{kind}",
        summary="Archive a {kind}",
        about="Takes it out of use; history keeps it. 409 while others that are in use depend on it.",
        tag="{kind}s",
        takes=MessageBody,
        parameters=docs.WRITES,
        answers=docs.CHANGED,
        refuses=docs.WRITE,
        examples=docs.MESSAGE,
    )
    def post(self, request: Request, name: str) -> Response:
        self.body(MessageBody)
        return self.write(name, lambda found, v: services.archive(found, actor=self.actor))


class TemplateUnarchive(TemplateDoor):
    verbs = {"POST": "archive"}

    @operation(
        id="unarchive_{kind}",
        summary="Bring a {kind} back from the archive",
        tag="{kind}s",
        takes=MessageBody,
        parameters=docs.WRITES,
        answers=docs.CHANGED,
        refuses=docs.WRITE,
        examples=docs.MESSAGE,
    )
    def post(self, request: Request, name: str) -> Response:
        self.body(MessageBody)
        return self.write(name, lambda found, v: services.unarchive(found, actor=self.actor))


class TemplateExplain(TemplateDoor):
    verbs = {"GET": "view"}

    @operation(
        id="explain_{kind}",
        summary="Explain where each field of a {kind} gets its value",
        about="What every layer says, whose word counts, and who locks or bounds it.",
        tag="{kind}s",
        answers={200: ExplanationSerializer},
        refuses=docs.READ,
    )
    def get(self, request: Request, name: str) -> Response:
        self.query()
        rows: list[Any] = [row.to_json() for row in explain(self.prototype(name))]
        return Response({"fields": rows})
