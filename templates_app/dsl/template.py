"""A template between text and database. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from templates_app.document import FLOW_FIELDS
from templates_app.naming import About

Kind = Literal["routine", "flow"]

EXECUTION = ("timeout", "max_workers", "max_attempts", "keep_open", "concurrency", "rate_limit")
#: Settings of a flow that stand beside `routines` and not under `execution`.
BESIDE = ("entry", "error_handler", "input_schema")
ABOUT = ("description", "category", "tags")

assert set(EXECUTION) | set(BESIDE) == set(FLOW_FIELDS)  # noqa: S101 - a new setting of flows needs a place in documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One prototype as a document says it.

    `base` is the catalog class (`is_variant` false) or the parent (true) that it builds on; a flow of its own has none.
    `content` is what the verbs take: the own layer of a routine, the document of a flow or of a flow variant.
    """

    kind: Kind
    name: str
    base: str | None = None
    is_variant: bool = False
    content: Mapping[str, Any] = field(default_factory=dict)
    about: About = field(default_factory=About)
    rules: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_flow(self) -> bool:
        return self.kind == "flow"

    def needs(self) -> set[str]:
        """The names that must be there before this one can be written."""
        nodes = self.content.get("nodes", {}).values() if self.is_flow and not self.is_variant else ()
        return {node["routine"] for node in nodes} | ({self.base} if self.base else set())
