"""What the factory refuses. Each is also the built-in exception that a Python developer would expect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from routilux_site.lib.strict_json import StrictJSONError
from templates_app.errors import TemplateError
from templates_app.problems import Problem
from templates_app.refusals import Refused


class FactoryError(TemplateError):
    """Base of the refusals of the factory that no other door has."""

    code: ClassVar[str] = "factory-error"


class NotFound(FactoryError, ValueError):
    code: ClassVar[str] = "unknown-prototype"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such prototype"


class AlreadyRegistered(FactoryError, ValueError):
    code: ClassVar[str] = "name-taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The name is taken"


class NotRegistered(FactoryError, ValueError):
    """A class or a function that the catalog does not know, so that no name could lead back to it."""

    code: ClassVar[str] = "not-registered"
    title: ClassVar[str] = "This code has no name in the catalog"


class NotStorable(FactoryError, TypeError):
    """An object that no other process could make again: its ports, policy or handler are of its own making."""

    code: ClassVar[str] = "not-storable"
    title: ClassVar[str] = "This cannot be stored"


class WiringError(FactoryError, ValueError):
    code: ClassVar[str] = "bad-wiring"
    title: ClassVar[str] = "The flow cannot be wired like this"


class GraphChanged(FactoryError, ValueError):
    code: ClassVar[str] = "graph-changed"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The stored flow has another graph"


class Unacceptable(Refused, ValueError):
    """What the verbs refuse, with every place that is wrong in `errors`."""


@contextmanager
def value_errors() -> Iterator[None]:
    """Refusals of the verbs, and of what is no JSON, as the ValueError that a program expects."""
    try:
        yield
    except Unacceptable:
        raise
    except (Refused, StrictJSONError) as error:
        found = [Problem(detail.path, detail.code, detail.message) for detail in error.details()]
        raise Unacceptable(found) from error
