"""Rows of long tables. What a template does for each of a hundred rows costs more than all of the rest of its page, so
these are written in one go: addresses are resolved once a table, and a row is one text that is filled in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from jobs.addresses import address_of
from jobs.models import Job
from jobs.pages.said import NOTHING, short_id, status, took, when

WHY = 140  #: characters of an error
_JOB = (
    '<tr data-key="{}">\n<td>{}</td>\n<th scope="row"><a class="mono" href="{}">{}</a></th>\n'
    '<td class="flow">{} <span class="quiet">#{}</span></td>\n<td>{}</td>\n<td class="number">{}</td>\n<td>{}</td>\n'
    '<td class="why">{}</td>\n</tr>\n'
)


def job_rows(jobs: Iterable[Job]) -> SafeString:
    address = address_of("jobs:detail")
    return format_html_join("", _JOB, (_job(job, address(job.pk)) for job in jobs))


def _job(job: Job, url: str) -> tuple[Any, ...]:
    return (
        job.pk,
        status(job.status),
        url,
        short_id(job.pk),
        job.flow.name,
        job.revision.number,
        when(job.created_at),
        took(job.started_at, job.finished_at),
        job.actor.username if job.actor else NOTHING,
        shortened(job.error_summary, WHY),
    )


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else Truncator(text).chars(most)
