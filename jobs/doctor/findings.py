"""A finding, and the whole examination: each part only when the one before it found solid ground."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

#: Settings that decide how work is done. Times in seconds.
SETTINGS: Final = ("WORKERS", "THREADS", "COROUTINES", "LEASE", "HEARTBEAT", "LINGER", "GRACE", "BACKLOG")
#: Of each kind of finding so many are told one by one.
FEW: Final = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is stable; `place` says where, `fact` what is so, `remedy` what to do."""

    code: str
    place: str
    fact: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.fact} {self.remedy}"


@dataclass(slots=True)
class Examination:
    facts: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def examine() -> Examination:
    from jobs.doctor import ground, work

    found = Examination(facts={"settings": {name: settings.ROUTILUX[name] for name in SETTINGS}})
    for part in ground.FIRST:
        found.findings += part(found.facts)
        if found.findings:
            return found
    for part in (*ground.PARTS, *work.PARTS):
        found.findings += part(found.facts)
    return found


def few(findings: list[Finding], code: str, place: str) -> Iterator[Finding]:
    """The first of them; that there are more is a finding of its own."""
    yield from findings[:FEW]
    if len(findings) > FEW:
        yield Finding(code, place, f"There are more than {FEW} such.", "Mend these first, then ask again.")
