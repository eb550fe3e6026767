"""Templates as text, both ways: YAML or JSON in the schema of the original library, with what that one lost.

Doors call these functions; what they write goes through the verbs in `services`.
"""

from __future__ import annotations

from collections.abc import Iterable

from templates_app.dsl import dump
from templates_app.dsl.bundle import Bundle, Document, parse, read_directory, read_file
from templates_app.dsl.changes import Effect, FieldChange, Plan, Step
from templates_app.dsl.planning import apply, plan, validate
from templates_app.dsl.read import Format
from templates_app.dsl.stored import templates_of, with_foundations
from templates_app.dsl.template import Template
from templates_app.models import Prototype
from templates_app.problems import Problem

__all__ = [
    "Bundle",
    "Document",
    "Effect",
    "FieldChange",
    "Format",
    "Plan",
    "Problem",
    "Step",
    "Template",
    "apply",
    "export_text",
    "parse",
    "plan",
    "read_directory",
    "read_file",
    "templates_of",
    "validate",
    "with_foundations",
]


def export_text(prototypes: Iterable[Prototype], format: Format = "yaml") -> str:
    """What the prototypes store themselves, one document each; the same prototypes give the same bytes.

    Raises Refused for a class of the catalog. `with_foundations` adds what the prototypes build on.
    """
    return dump.text(templates_of(prototypes), format)
