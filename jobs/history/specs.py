"""What a revision means, read once."""

from __future__ import annotations

from functools import lru_cache

from templates_app.models import Revision
from templates_app.spec import FlowSpec


def spec_of(revision: Revision) -> FlowSpec:
    """Revisions never change, so what was read once stays right."""
    return _parsed(revision.canonical)


@lru_cache(maxsize=32)
def _parsed(canonical: str) -> FlowSpec:
    return Revision(canonical=canonical).spec
