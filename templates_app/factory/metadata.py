"""What people are told about a prototype."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from templates_app import catalog
from templates_app.models import Prototype
from templates_app.naming import About
from templates_app.routines import Routine

DEFAULT_VERSION = "1.0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectMetadata:
    """`version` is the author's own word; `docstring` is that of the routine's class, read from the code."""

    name: str = ""
    description: str = ""
    category: str = ""
    tags: tuple[str, ...] | list[str] = ()
    example_config: Mapping[str, Any] = field(default_factory=dict)
    version: str = DEFAULT_VERSION
    docstring: str | None = None

    def about(self, description: str) -> About:
        return About(
            description=description or self.description,
            category=self.category,
            tags=tuple(self.tags),
            example_config=dict(self.example_config),
            release=self.version,
        )


def metadata_of(prototype: Prototype, class_key: str = "") -> ObjectMetadata:
    return ObjectMetadata(
        name=prototype.name,
        description=prototype.description,
        category=prototype.category,
        tags=tuple(prototype.tags),
        example_config=dict(prototype.example_config),
        version=prototype.release or DEFAULT_VERSION,
        docstring=_docstring(catalog.get(class_key).cls) if class_key in catalog.names() else None,
    )


def listing(prototype: Prototype) -> dict[str, Any]:
    """One line of `list_available`."""
    return {
        "name": prototype.name,
        "type": "class" if prototype.is_code else "instance",
        "object_type": prototype.kind,
        "description": prototype.description,
        "category": prototype.category,
        "tags": list(prototype.tags),
        "example_config": dict(prototype.example_config),
        "version": prototype.release or DEFAULT_VERSION,
    }


def _docstring(cls: type[Routine]) -> str | None:
    return inspect.cleandoc(cls.__doc__) if cls.__doc__ else None
