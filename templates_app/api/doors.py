"""What the endpoints of templates share. Each stands at two addresses, as `kind` flow and as `kind` routine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from routilux_site.lib.api.endpoint import Endpoint, Permissions
from templates_app import impact, load, wiring
from templates_app.api import preconditions
from templates_app.api.bodies import WriteQuery
from templates_app.api.shapes.templates import FlowDetailSerializer, Inside, RoutineDetailSerializer
from templates_app.assemble import assemble_node
from templates_app.document import accepted_names
from templates_app.errors import TemplateError
from templates_app.models import FlowPrototype, Kind, Prototype, RoutinePrototype
from templates_app.refusals import StaleVersion
from templates_app.resolve import ResolvedNode, merge
from templates_app.routines.text import shorten
from templates_app.selectors import UnknownFlow

TRIGGER = "templates_app.trigger_flowprototype"
MODELS: dict[str, Any] = {Kind.FLOW.value: FlowPrototype, Kind.ROUTINE.value: RoutinePrototype}
DETAILS: dict[str, Any] = {Kind.FLOW.value: FlowDetailSerializer, Kind.ROUTINE.value: RoutineDetailSerializer}

Verb = Callable[[Any, int | None], object]


class UnknownRoutine(TemplateError):
    code: ClassVar[str] = "unknown-routine"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such routine"


class Door(Endpoint):
    """Endpoints of which tokens that are limited to flows open none."""

    @property
    def actor(self) -> Any:
        return self.request.user


class TemplateDoor(Door):
    """`verbs` are the permissions by method: `change` stands for `templates_app.change_<kind>prototype`."""

    kind: str = Kind.FLOW.value
    verbs: ClassVar[dict[str, str]] = {}
    for_triggering: ClassVar[bool] = False  #: GET of flows is open to whoever may trigger them

    def permissions_by_method(self) -> Permissions:
        found: dict[str, tuple[str, ...]] = {
            method: (f"templates_app.{verb}_{self.kind}prototype",) for method, verb in self.verbs.items()
        }
        if self.for_triggering and self.kind == Kind.FLOW:
            found["GET"] = (*found["GET"], TRIGGER)
        return found

    def opens_to_limited(self, request: Request) -> bool:
        return self.for_triggering and self.kind == Kind.FLOW and request.method in ("GET", "HEAD")

    # --- reading ---

    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = MODELS[self.kind].objects.all()
        return rows.filter(name__in=self.flow_names) if self.flow_names else rows

    def prototype(self, name: str) -> Any:
        found = self._whole().filter(name=name).first() if "\0" not in name else None
        if found is None:
            names = self.rows().filter(archived_at=None).values_list("name", flat=True)
            unknown: type[TemplateError] = UnknownFlow if self.kind == Kind.FLOW else UnknownRoutine
            message = f"There is no {self.kind} {shorten(name)}. {accepted_names(name, names)}"
            raise unknown(message, path=self.kind)
        return found

    def _whole(self) -> QuerySet[Any]:
        return self.rows().select_related("head", "parent", "origin", "created_by")

    def detail(self, found: Prototype) -> Any:
        return DETAILS[self.kind](found, context={"request": self.request, "inside": self._inside(found)}).data

    def _inside(self, found: Prototype) -> Inside:
        if self.kind == Kind.FLOW:
            may = self.may("templates_app.view_flowprototype")
            return Inside(document=wiring.document_of(found) if may and not self.flow_names else None)
        source = load.routine_source(found)
        node = ResolvedNode(class_key=source.class_key, effective=merge(source.layers), layers=source.layers)
        spec, _ = assemble_node("node", node, "")
        slots = tuple(slot.name for slot in spec.slots) if spec else None
        return Inside(found.own, source.class_key, slots, spec.events if spec else None)

    # --- writing ---

    def write(self, name: str, verb: Verb, *, required: bool = False) -> Response:
        """Let `verb` change the template of that name; it also gets the version to write, None where any will do."""
        self.query(WriteQuery)
        found = self.prototype(name)
        header = self.request.headers.get("If-Match")
        etag = etag_of(found, self.detail(found)) if header is not None or required else ""
        version = preconditions.version_to_write(header, found, etag, required=required)

        def run() -> Prototype:
            verb(found, version)
            changed: Prototype = found
            return changed

        try:
            return self.answer(run)
        except StaleVersion as error:
            now = self.prototype(name)
            raise preconditions.stale(error, etag_of(now, self.detail(now))) from error

    def answer(self, verb: Callable[[], Prototype], *, status: int = 200) -> Response:
        """What the verb made of the template; with `preview=true` the same, and its impact, taken back."""
        if self.query(WriteQuery)["preview"]:
            return self.previewed(verb)
        made = self._anew(verb())
        data = self.detail(made)
        headers = {"ETag": etag_of(made, data)}
        if status == 201:
            headers["Location"] = reverse(f"api:{self.kind}", args=[made.name], request=self.request)
        return Response(data, status=status, headers=headers)

    def previewed(self, verb: Callable[[], Prototype]) -> Response:
        results: list[Any] = []
        found = impact.preview(lambda: results.append(self.detail(self._anew(verb()))))
        return Response({"result": results[0], "impact": found.to_json()})

    def _anew(self, made: Prototype) -> Any:
        return MODELS[self.kind].objects.select_related("head", "parent", "origin", "created_by").get(pk=made.pk)


def etag_of(found: Prototype, data: Any) -> str:
    """Equal exactly when the whole answer is; the version in front tells whose turn was missed."""
    return f'"{found.version}-{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:24]}"'
