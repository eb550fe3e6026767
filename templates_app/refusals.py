"""What the verbs of templates refuse, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from templates_app.errors import TemplateError
from templates_app.problems import Problem


class Refused(TemplateError):
    """A template is not acceptable as it stands; nothing was written. `errors` holds every place that is wrong."""

    code: ClassVar[str] = "invalid-template"
    title: ClassVar[str] = "The template is not acceptable"

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{first.message}{more}", path=first.path, errors=[problem.detail() for problem in problems])


class StaleVersion(TemplateError):
    """Somebody else saved the prototype after the caller had read it."""

    code: ClassVar[str] = "stale-version"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Somebody else changed this template meanwhile"


class NameTaken(TemplateError):
    code: ClassVar[str] = "name-taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The name is taken"


class InUse(TemplateError):
    """Others depend on the prototype; `errors` names them."""

    code: ClassVar[str] = "in-use"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The template is in use"


class ReadOnly(TemplateError):
    """The prototype mirrors a class of the catalog, or is archived: make a variant, or bring it back, to change it."""

    code: ClassVar[str] = "read-only"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The template is read-only"
