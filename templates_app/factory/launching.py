"""From a flow object to a job: what the object sets is an override of the stored flow, for this one job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from templates_app import handin, services
from templates_app.factory import drafts
from templates_app.factory.errors import GraphChanged, value_errors
from templates_app.factory.origin import FlowOrigin
from templates_app.models import FlowPrototype
from templates_app.selectors import flow_by_name
from templates_app.wiring import document_of, merged_document

if TYPE_CHECKING:
    from templates_app.factory.flow import Flow


class Handle(Protocol):
    """A job, as a program holds it. Nothing is kept here: each look asks the database."""

    @property
    def id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def result(self) -> dict[str, list[Any]]: ...
    def wait(self, timeout: float | None = None) -> bool: ...
    def cancel(self, reason: str = "") -> None: ...


def launch(flow: Flow, **asked: Any) -> Handle:
    with value_errors():
        stored, overrides = stored_flow(flow)
        handle: Handle = handin.launcher()(stored, overrides=overrides, **asked)
    return handle


def stored_flow(flow: Flow) -> tuple[FlowPrototype, dict[str, Any]]:
    """The prototype that a job of `flow` belongs to, and what `flow` sets over it."""
    document = flow.document()
    if flow.origin is None or not drafts.same_graph(flow.origin.stored, document):
        flow.origin = FlowOrigin(name=flow.flow_id, stored=_under_own_id(flow.flow_id, document), made=False)
    return flow_by_name(flow.origin.name), drafts.overrides(flow.origin.stored, document)


def _under_own_id(name: str, document: dict[str, Any]) -> Mapping[str, Any]:
    """Store `document` as a flow called `name`, unless one of that graph is there; returns what is stored."""
    found = FlowPrototype.objects.filter(name=name).first()
    if found is None:
        services.create_flow(name, document=document)
        return document
    stored = merged_document(found, {}) if found.is_variant else document_of(found)
    if not drafts.same_graph(stored, document):
        raise GraphChanged(
            f"A flow ‘{name}’ with other nodes or connections is stored already. Write "
            f'factory.register("{name}", flow, if_exists="replace") to replace it, or take another flow_id.',
            path="flow_id",
        )
    return stored
