"""What differs between two templates, in their own terms: nodes, connections and settings, never lines of text."""

from __future__ import annotations

from templates_app.diff.compare import compare, diff, diff_documents
from templates_app.diff.difference import ABSENT, Difference, Impact, Kind, Subject, summary, to_json
from templates_app.diff.outline import Outline, outline_of_document, outline_of_routine, outline_of_spec
from templates_app.diff.patch import patch

__all__ = [
    "ABSENT",
    "Difference",
    "Impact",
    "Kind",
    "Outline",
    "Subject",
    "compare",
    "diff",
    "diff_documents",
    "outline_of_document",
    "outline_of_routine",
    "outline_of_spec",
    "patch",
    "summary",
    "to_json",
]
