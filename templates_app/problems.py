"""What is wrong with a template, as data that is shown on a page, stored on a flow, or raised as a refusal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from routilux_site.lib.errors import ErrorDetail

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` is dotted (`nodes.clean.config.timeout`); an error blocks, a warning is only shown."""

    path: str
    code: str
    message: str
    level: Level = "error"

    @property
    def is_error(self) -> bool:
        return self.level == "error"

    def detail(self) -> ErrorDetail:
        return ErrorDetail(self.path, self.code, self.message)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def errors_in(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem.is_error)
