"""Revisions never change, so what was parsed or compared once stays right."""

from __future__ import annotations

from functools import lru_cache

from templates_app.diff import diff, summary
from templates_app.models import Revision
from templates_app.spec import FlowSpec


def spec_of(revision: Revision) -> FlowSpec:
    return _parsed(revision.canonical)


def change_between(before: Revision | None, after: Revision) -> str:
    """What `after` changed, in few words."""
    return _change(before.canonical, after.canonical) if before else "the first revision"


@lru_cache(maxsize=64)
def _parsed(canonical: str) -> FlowSpec:
    return Revision(canonical=canonical).spec


@lru_cache(maxsize=128)
def _change(before: str, after: str) -> str:
    return summary(diff(_parsed(before), _parsed(after)))
