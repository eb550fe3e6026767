"""What templates can be made of: classes, policies, logic, error handlers."""

from __future__ import annotations

from dataclasses import MISSING, fields
from inspect import cleandoc
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from routilux_site.lib.api.operation import operation
from templates_app import catalog
from templates_app.api import docs, examples
from templates_app.api.doors import Door
from templates_app.api.shapes.catalog import CatalogSerializer, ClassListSerializer, ClassSerializer
from templates_app.catalog import Entry
from templates_app.errors import TemplateError, UnknownName
from templates_app.pages.access import VIEW_FLOWS, VIEW_ROUTINES
from templates_app.routines import ErrorHandler, Ports, config_schema
from templates_app.routines.error_handler import STRATEGIES, exception_names
from templates_app.routines.errors import RoutineError
from templates_app.routines.policies import KINDS
from templates_app.routines.routine import has_dynamic_ports


class UnknownClass(TemplateError):
    code: ClassVar[str] = "unknown-class"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such class"


class _OfCatalog(Door):
    permitted = {"GET": (VIEW_ROUTINES, VIEW_FLOWS)}

    def told(self, entry: Entry) -> dict[str, Any]:
        ports = _ports(entry)
        return {
            "name": entry.name,
            "description": entry.description,
            "category": entry.category,
            "tags": list(entry.tags),
            "slots": [_slot(slot) for slot in ports.slots] if ports else None,
            "events": [_event(event) for event in ports.events] if ports else None,
            "ports_follow_config": has_dynamic_ports(entry.cls),
            "config_schema": config_schema(entry.cls),
            "pure": entry.cls.pure,
            "atomic": entry.cls.atomic,
            "needs_logic": entry.cls.needs_logic,
            "link": reverse("api:catalog-class", args=[entry.name], request=self.request),
        }


class Catalog(_OfCatalog):
    @operation(
        id="read_catalog",
        summary="Read the catalog",
        about="Names that templates may say: classes, logic functions, policies with their settings, exceptions.",
        tag="catalog",
        answers={200: CatalogSerializer},
        refuses=[400],
        examples=examples.CATALOG,
    )
    def get(self, request: Request) -> Response:
        self.query()
        told = {
            "classes": catalog.names(),
            "logic": catalog.logic_names(),
            "policies": [_policy(name, kind) for name, kind in KINDS.items()],
            "custom_policies": catalog.policy_names(),
            "error_strategies": list(STRATEGIES),
            "error_handler": _settings(ErrorHandler),
            "exceptions": exception_names(),
        }
        return Response(told)


class Classes(_OfCatalog):
    @operation(
        id="list_classes",
        summary="List the classes of the catalog",
        about="With their ports and the JSON Schema of their config.",
        tag="catalog",
        answers={200: ClassListSerializer},
        refuses=[400],
        examples=examples.CLASSES,
    )
    def get(self, request: Request) -> Response:
        self.query()
        return Response({"results": [self.told(catalog.get(name)) for name in catalog.names()]})


class Class(_OfCatalog):
    @operation(
        id="read_class",
        summary="Read a class of the catalog",
        tag="catalog",
        answers={200: ClassSerializer},
        refuses=docs.READ,
        examples=examples.CLASS,
    )
    def get(self, request: Request, name: str) -> Response:
        self.query()
        try:
            return Response(self.told(catalog.get(name)))
        except UnknownName as error:
            raise UnknownClass(error.message, path="class") from error


def _ports(entry: Entry) -> Ports | None:
    """Of the defaults of the config; None where these are not enough to know them."""
    try:
        return entry.cls.ports({})
    except (RoutineError, KeyError, TypeError, ValueError):
        return None


def _slot(slot: Any) -> dict[str, Any]:
    return {name: getattr(slot, name) for name in ("name", "capacity", "when_full", "description")}


def _event(event: Any) -> dict[str, Any]:
    return {"name": event.name, "params": list(event.params), "description": event.description}


def _policy(name: str, kind: type) -> dict[str, Any]:
    return {"type": name, "description": cleandoc(kind.__doc__ or ""), "settings": _settings(kind)}


def _settings(kind: Any) -> list[dict[str, Any]]:
    return [
        {"name": found.name, "type": str(found.type), "default": None if found.default is MISSING else found.default}
        for found in fields(kind)
    ]
