"""Which jobs a verb would be done to, when a filter chooses them: the same for the preview and for the deed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from jobs.errors import BadFilter
from jobs.models import Job
from jobs.models.job import JobQuerySet
from jobs.search.apply import Sought
from jobs.search.window import page_of
from jobs.steering.bulk import MOST, BulkVerb


@dataclass(frozen=True, slots=True)
class Matching:
    """The newest jobs that the filter finds and the verb can start from; `more` beyond these are left for later."""

    jobs: list[Job]
    more: bool

    @property
    def keys(self) -> list[UUID]:
        return [job.pk for job in self.jobs]

    @property
    def newest(self) -> UUID | None:
        return self.jobs[0].pk if self.jobs else None


def matching(jobs: JobQuerySet, wanted: Sought, verb: BulkVerb, *, until: UUID | None = None) -> Matching:
    """`until` is the newest job of an earlier look: what came later is left out. Raises BadFilter for no filter."""
    if not (wanted.chosen or wanted.sifted or wanted.problems):
        raise BadFilter("Without a filter this would be all jobs, which is never what was meant.", path="q")
    rows = jobs if until is None else jobs.filter(pk__lte=until)
    found = page_of(rows, startable(wanted, verb), cursor="", size=MOST)
    return Matching(list(found.page.items), found.page.next is not None)


def startable(wanted: Sought, verb: BulkVerb) -> Sought:
    """What the filter finds, of those jobs that the verb can start from."""
    able = Q(status__in=verb.sources)
    return Sought([*wanted.chosen], [*wanted.sifted, able], wanted.aliases, wanted.problems)
