"""All routes of the site, from the URLconf, so that no suite built on them can forget one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Route:
    """`path` is the pattern as written, from the root: `jobs/<uuid:job_id>/`."""

    name: str
    path: str
    view: Any

    @property
    def id(self) -> str:
        return self.name or self.path

    @property
    def parameters(self) -> list[str]:
        return _PARAMETER.findall(self.path)

    @property
    def is_api(self) -> bool:
        return self.path.startswith("api/v1/")

    @property
    def is_admin(self) -> bool:
        return self.path.startswith("admin/")

    def fill(self, values: dict[str, Any]) -> str:
        return "/" + _PARAMETER.sub(lambda match: str(values[match[1]]), self.path)


def routes() -> list[Route]:
    return list(_walk(get_resolver(), "", ()))


def _walk(resolver: URLResolver, before: str, spaces: tuple[str, ...]) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        path = before + _written(pattern)
        if isinstance(pattern, URLPattern):
            name = ":".join((*spaces, pattern.name)) if pattern.name else ""
            yield Route(name, path, pattern.callback)
        else:
            yield from _walk(pattern, path, (*spaces, pattern.namespace) if pattern.namespace else spaces)


def _written(pattern: URLPattern | URLResolver) -> str:
    """The admin has two patterns that are regular expressions: their groups become parameters."""
    if isinstance(pattern.pattern, RoutePattern):
        return str(pattern.pattern)
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", str(pattern.pattern)).strip("^$")
