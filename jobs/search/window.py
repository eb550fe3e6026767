"""One page of what is sought, and never more than a bounded look at rows that an index cannot choose."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from jobs.models import Job
from jobs.models.job import JobQuerySet
from jobs.search.apply import Sought
from routilux_site.lib.keyset import Page, keyset_page, rows_from

WINDOW = 10_000  #: rows that one page may sift


@dataclass(frozen=True, slots=True)
class Found:
    """`looked_back_to` is the last job that was looked at, when the window ended before the page was full."""

    page: Page[Job]
    looked_back_to: UUID | None = None


def page_of(jobs: JobQuerySet, wanted: Sought, *, cursor: str, size: int) -> Found:
    """Raises PageError for a cursor that is none of ours."""
    chosen = wanted.choose_from(jobs)
    if not wanted.sifted or wanted.problems:
        return Found(keyset_page(chosen, cursor=cursor, size=size))
    edge = _edge(chosen, cursor)
    backwards = cursor.startswith("before.")
    page = keyset_page(wanted.sift(_within(chosen, edge, backwards)), cursor=cursor, size=size)
    if edge is None or (page.previous if backwards else page.next):
        return Found(page)
    return Found(_beyond(page, edge, backwards), edge)


def newest(jobs: JobQuerySet, wanted: Sought) -> JobQuerySet:
    """All that is sought among the rows that one page may sift; without anything to sift, all of it."""
    chosen = wanted.choose_from(jobs)
    edge = _edge(chosen, "") if wanted.sifted else None
    return wanted.sift(_within(chosen, edge, backwards=False))


def _within(chosen: JobQuerySet, edge: UUID | None, backwards: bool) -> JobQuerySet:
    return chosen if edge is None else chosen.filter(**{"id__lte" if backwards else "id__gte": edge})


def _beyond(page: Page[Job], edge: UUID, backwards: bool) -> Page[Job]:
    """The list may go on outside the window: the link looks there."""
    if backwards:
        return Page(page.items, page.next or f"after.{edge}", f"before.{edge}")
    return Page(page.items, f"after.{edge}", page.previous)


def _edge(chosen: JobQuerySet, cursor: str) -> UUID | None:
    """The last row of the window that begins at the cursor; None when the rows end before."""
    rows, _ = rows_from(chosen.select_related(None), field="-id", cursor=cursor)
    keys = rows.values_list("pk", flat=True)[WINDOW - 1 : WINDOW]
    return next(iter(keys), None)
