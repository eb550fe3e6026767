"""The refusals of everything that says what can run."""

from __future__ import annotations

from typing import ClassVar

from routilux_site.lib.errors import RoutiluxError


class TemplateError(RoutiluxError):
    """Base of every refusal about templates: names, prototypes, flows, revisions."""

    code: ClassVar[str] = "template-error"
    title: ClassVar[str] = "The template was refused"


class UnknownName(TemplateError):
    """A stored name that the catalog does not know."""

    code: ClassVar[str] = "unknown-name"
    title: ClassVar[str] = "Nothing is registered under this name"


class RegistrationError(TemplateError):
    """A class or function that cannot be registered, told to the developer at start-up."""

    code: ClassVar[str] = "registration-refused"
    title: ClassVar[str] = "This cannot be registered"
