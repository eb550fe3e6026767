"""Who is watching a verb: what it changed and what became of everything that depends on it, for the impact preview."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from templates_app.assemble import Assembled
from templates_app.models import Prototype
from templates_app.resolve import Resolved, ResolvedNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """`prototype` is as it stands now; the rest tells how it was before the verb, and what it means now."""

    prototype: Prototype
    head_before: int | None
    problems_before: list[dict[str, Any]]
    resolved: Resolved | ResolvedNode
    outcome: Assembled


@dataclass(frozen=True, slots=True)
class Change:
    """The fields of one prototype that a verb wrote."""

    prototype: Prototype
    fields: tuple[str, ...]


@dataclass(slots=True)
class Watch:
    """`touched` are the objects that callers gave to verbs, `made` has flow and hash of each new revision."""

    changes: list[Change] = field(default_factory=list)
    revised: dict[int, Revised] = field(default_factory=dict)
    touched: list[Prototype] = field(default_factory=list)
    made: dict[int, tuple[int, str]] = field(default_factory=dict)

    def saw(self, found: Revised) -> None:
        earlier = self.revised.get(found.prototype.pk)
        if earlier:
            found = replace(found, head_before=earlier.head_before, problems_before=earlier.problems_before)
        self.revised[found.prototype.pk] = found


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watching() -> Iterator[Watch]:
    """Within, verbs tell the yielded Watch what they do."""
    token = _watch.set(Watch())
    try:
        yield current() or Watch()
    finally:
        _watch.reset(token)


def current() -> Watch | None:
    return _watch.get()
