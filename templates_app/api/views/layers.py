"""Fields between a template, its parents and its origin; rules; out of use and back.

Most are a verb that changes the template, and a row here: what it is called, and what it calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from routilux_site.lib.api.endpoint import Permissions
from routilux_site.lib.api.operation import Operation, operation
from templates_app import services
from templates_app.api import docs, examples
from templates_app.api.bodies import MessageBody, PathBody, PathsBody, RebaseBody, RuleBody
from templates_app.api.doors import TemplateDoor
from templates_app.api.pointing import Place, among, pointing, taken
from templates_app.api.shapes.changes import ExplanationSerializer, RebaseSerializer, RulesSerializer
from templates_app.explain import explain

Said = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """`act` takes the template, `version`, `actor`, and the fields of the body; `place` finds a path of it there."""

    act: Callable[..., object]
    operation: Operation
    place: Callable[[Said], Place]
    permission: str = "change"


def _same(said: Said) -> Place:
    return lambda path: path


def _verb(
    act: Callable[..., object], *, place: Callable[[Said], Place] = _same, permission: str = "change", **said: Any
) -> Verb:
    usual = {"tag": "{kind}s", "takes": MessageBody, "examples": docs.MESSAGE}
    told = Operation(**{**usual, **said}, parameters=docs.WRITES, answers=docs.CHANGED, refuses=docs.WRITE)
    return Verb(act=act, operation=told, place=place, permission=permission)


PROMOTE = _verb(
    services.promote,
    place=lambda said: among({"paths": said["paths"]}),
    id="promote_{kind}",
    summary="Promote values of a {kind} variant to its parent",
    about="The variant then inherits them, and so do its siblings.",
    takes=PathsBody,
    examples=docs.PROMOTE,
)
RESET = _verb(
    services.reset,
    place=lambda said: lambda path: "path",
    id="reset_{kind}",
    summary="Reset a field of a {kind} to inherited",
    takes=PathBody,
    examples=docs.RESET,
)
DETACH = _verb(
    services.detach,
    id="detach_{kind}",
    summary="Detach a {kind} variant from its parent",
    about="It keeps its meaning, and no longer follows. The parent becomes its origin.",
)
REBASE = _verb(
    services.rebase,
    place=lambda said: taken,
    id="rebase_{kind}",
    summary="Rebase a duplicate of a {kind} on its origin",
    about="Takes over what changed there. `take` decides by path; each conflict needs a decision.",
    takes=RebaseBody,
    examples=docs.REBASE,
)
ARCHIVE = _verb(
    services.archive,
    permission="archive",
    id="archive_{kind}",
    summary="Archive a {kind}",
    about="Takes it out of use; history keeps it. 409 while others that are in use depend on it.",
)
UNARCHIVE = _verb(
    services.unarchive,
    permission="archive",
    id="unarchive_{kind}",
    summary="Bring a {kind} back from the archive",
)


class TemplateVerb(TemplateDoor):
    """The template as the verb left it."""

    verb: Verb = DETACH

    @property
    def operation(self) -> Operation:
        return self.verb.operation

    def permissions_by_method(self) -> Permissions:
        permission = f"templates_app.{self.verb.permission}_{self.kind}prototype"
        return {**super().permissions_by_method(), "POST": (permission,)}

    def post(self, request: Request, name: str) -> Response:
        said = self.asked()
        with pointing(self.verb.place(said)):
            return self.write(name, lambda found, v: self.verb.act(found, version=v, actor=self.actor, **said))

    def asked(self) -> Said:
        return self.said(self.operation.takes)


class TemplateRebase(TemplateVerb):
    verbs = {"GET": "change"}
    verb = REBASE

    @operation(
        id="compare_{kind}_with_origin",
        summary="Compare a duplicate of a {kind} with its origin",
        about="What changed there since it was copied, what here, and where both did.",
        tag="{kind}s",
        answers={200: RebaseSerializer},
        refuses=docs.READ,
        examples=examples.ORIGIN,
    )
    def get(self, request: Request, name: str) -> Response:
        self.query()
        found = self.prototype(name)
        changes = [change.to_json() for change in services.three_way(found)]
        return Response({"origin": found.origin.name, "changes": changes})

    def asked(self) -> Said:
        body = self.body(RebaseBody)
        return {**body.validated_data, "take": body.chosen()}


class TemplateRules(TemplateDoor):
    verbs = {"GET": "view", "PUT": "change"}

    @operation(
        id="read_{kind}_rules",
        summary="List the locks and bounds that a {kind} sets",
        tag="{kind}s",
        answers={200: RulesSerializer},
        refuses=docs.READ,
        examples=examples.RULES,
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
        said = self.said(RuleBody)
        with pointing(lambda path: path if path.partition(".")[0] == "rule" else "path"):
            return self.write(name, lambda found, v: services.set_rule(found, version=v, actor=self.actor, **said))


class TemplateExplain(TemplateDoor):
    verbs = {"GET": "view"}

    @operation(
        id="explain_{kind}",
        summary="Explain where each field of a {kind} gets its value",
        about="What every layer says, whose word counts, and who locks or bounds it.",
        tag="{kind}s",
        answers={200: ExplanationSerializer},
        refuses=docs.READ,
        examples=examples.EXPLAINED,
    )
    def get(self, request: Request, name: str) -> Response:
        self.query()
        rows: list[Any] = [row.to_json() for row in explain(self.prototype(name))]
        return Response({"fields": rows})
