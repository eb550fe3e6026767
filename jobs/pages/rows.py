"""Rows of long tables. What a template does for each of a hundred rows costs more than all of the rest of its page, so
these are written in one go: addresses are resolved once a table, and a row is one text that is filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst

from jobs.addresses import address_of
from jobs.history.timeline import Lane
from jobs.models import Activation, Job
from jobs.pages.said import NOTHING, left, short_id, status, took, when
from jobs.states import StepStatus

WHY, WHY_STEP = 140, 160  #: characters of an error
_JOB = (
    '<tr data-key="{}">\n<td>{}</td>\n<th scope="row"><a class="mono" href="{}">{}</a></th>\n'
    '<td class="flow"><a href="{}">{}</a> <span class="quiet">#{}</span></td>\n'
    '<td>{}</td>\n<td class="number">{}</td>\n<td>{}</td>\n<td class="why">{}</td>\n</tr>\n'
)
_STEP = (
    '<tr data-key="{}">\n<th scope="row"><a href="{}">{}<span class="hidden">, step {}</span></a></th>\n<td>{}</td>\n'
    '<td class="number">{}</td>\n<td>{}</td>\n<td class="number">{}</td>\n<td class="number">{}</td>\n'
    '<td class="why">{}</td>\n</tr>\n'
)
_MENDS = ' <a href="{}?step={}">Skip…</a> <a href="{}?step={}">Supply output…</a>'
_BAR = (
    '<a href="{}" tabindex="-1"><rect class="bar-{}" x="{}" y="{}" width="{}" height="12"><title>{}</title></rect></a>'
)


def job_rows(jobs: Iterable[Job]) -> SafeString:
    address, of_flow = address_of("jobs:detail"), f"{reverse('jobs:list')}?q=flow%3A"
    return format_html_join("", _JOB, (_job(job, address(job.pk), of_flow) for job in jobs))


def _job(job: Job, url: str, of_flow: str) -> tuple[Any, ...]:
    return (
        job.pk,
        status(job.status),
        url,
        short_id(job.pk),
        of_flow + quote(job.flow.name),
        job.flow.name,
        job.revision.number,
        when(job.created_at),
        took(job.started_at, job.finished_at),
        job.actor.username if job.actor else NOTHING,
        shortened(job.error_summary, WHY),
    )


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else Truncator(text).chars(most)


def step_rows(job: Job, steps: Iterable[Activation], stories: Mapping[int, str], *, may_mend: bool) -> SafeString:
    """`stories` tell of steps that were tried more than once. Who `may_mend` finds how beside those that failed."""
    address = _step_address(job)
    mends = [reverse("jobs:do", args=[job.pk, verb]) for verb in ("skip_step", "supply_output")] if may_mend else []
    return format_html_join("", _STEP, (_step(step, address(step.pk), stories, mends) for step in steps))


def _step_address(job: Job) -> Callable[[int], str]:
    before = reverse("jobs:step", args=[job.pk, 0]).removesuffix("0/")
    return lambda number: f"{before}{number}/"


def _step(step: Activation, url: str, stories: Mapping[int, str], mends: Sequence[str]) -> tuple[Any, ...]:
    return (
        step.pk,
        url,
        step.node,
        step.pk,
        status(step.status),
        step.attempt,
        when(step.started_at),
        took(step.created_at, step.started_at or step.finished_at),
        NOTHING if step.status == StepStatus.RETRYING else took(step.started_at, step.finished_at),
        _happened(step, stories, mends),
    )


def _happened(step: Activation, stories: Mapping[int, str], mends: Sequence[str]) -> SafeString:
    parts: list[str] = []
    if step.status == StepStatus.RETRYING and step.due_at:
        parts.append(format_html("Next attempt {}. ", left(step.due_at)))
    parts.append(shortened(step.error_summary, WHY_STEP))
    if step.attempt > 1:
        parts.append(format_html(' <br><span class="quiet">{}</span>', capfirst(stories.get(step.pk, ""))))
    if step.status == StepStatus.FAILED and mends:
        parts.append(format_html(_MENDS, mends[0], step.pk, mends[1], step.pk))
    if step.deaths:
        workers = "worker" if step.deaths == 1 else "workers"
        parts.append(format_html(' <span class="quiet">{} {} died running it.</span>', step.deaths, workers))
    return format_html_join("", "{}", ((part,) for part in parts))


def bars(job: Job, lane: Lane) -> SafeString:
    """The steps of a node on the line of time, each a link to its page."""
    address = _step_address(job)
    placed = ((address(bar.step), bar, 16 * row + 2) for row, found in enumerate(lane.rows) for bar in found)
    drawn = ((url, bar.kind, f"{bar.x:g}", y, f"{bar.width:g}", bar.title) for url, bar, y in placed)
    return format_html_join("", _BAR, drawn)
