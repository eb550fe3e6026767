"""One verb on many jobs: each job in a transaction of its own, and what was refused is told, not thrown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from jobs.errors import JobError
from jobs.models import Job
from jobs.states import VERBS
from routilux_site.lib.errors import RoutiluxError

Act = Callable[[Job], Any]
MOST = 500  #: jobs that one call takes: so many are done well before anybody loses patience


class BulkVerb(StrEnum):
    RETRY = "retry"
    CANCEL = "cancel"

    @property
    def sources(self) -> tuple[str, ...]:
        """The statuses that it starts from; jobs in others are left out before anything is asked of them."""
        return tuple(sorted(VERBS[self].sources))

    @property
    def permission(self) -> str:
        return VERBS[self].permission


class TooMany(JobError):
    title = "Too many jobs at once"
    code = "too-many-jobs"
    status = 422


@dataclass(frozen=True, slots=True)
class Refused:
    job: UUID
    reason: str


@dataclass(slots=True)
class BulkResult:
    done: list[UUID] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def each(jobs: Iterable[UUID], act: Act) -> BulkResult:
    """Oldest first, so that work goes on in the order in which it came; raises TooMany before anything is done."""
    asked = sorted(set(jobs))
    if len(asked) > MOST:
        raise TooMany(f"{len(asked)} jobs are more than {MOST}: take them in several goes.", path="jobs")
    result = BulkResult()
    rows = Job.objects.select_related("flow", "revision").in_bulk(asked)
    for key in asked:
        _one(result, key, rows.get(key), act)
    return result


def _one(result: BulkResult, key: UUID, job: Job | None, act: Act) -> None:
    if job is None:
        result.refused.append(Refused(key, "There is no such job any more."))
        return
    try:
        act(job)
    except RoutiluxError as error:
        result.refused.append(Refused(key, error.message))
    else:
        result.done.append(key)
