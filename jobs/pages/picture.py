"""The flow of a job as a picture, each node in the state that its steps give it."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.safestring import SafeString

from jobs.history.specs import spec_of
from jobs.models import Job
from jobs.pages.looks import URGENCY, word
from jobs.pages.reads import Group
from templates_app.graph import EdgeRow, NodeLook, draw, table


def picture(job: Job, groups: Iterable[Group]) -> SafeString:
    """The drawing escapes every name itself; its output is trusted here and nowhere else."""
    title = f"Flow {job.flow.name}, state of this job"
    return SafeString(draw(spec_of(job.revision), looks=looks(job, groups), title=title))


def looks(job: Job, groups: Iterable[Group]) -> dict[str, NodeLook]:
    by_node: dict[str, list[Group]] = {}
    for group in groups:
        by_node.setdefault(group.node, []).append(group)
    return {node: _look(job, node, found) for node, found in by_node.items()}


def _look(job: Job, node: str, groups: list[Group]) -> NodeLook:
    first = min(groups, key=lambda group: URGENCY.index(group.status))
    count = sum(group.count for group in groups)
    # The drawing has no looks of its own for these.
    shown = "waiting" if first.status in ("held", "at_breakpoint", "parked", "blocked") else first.status
    badge = f"×{count}" if count > 1 else ""
    return NodeLook(shown, word(first.status), _href(job, node, count, first.last), badge)


def _href(job: Job, node: str, count: int, step: int) -> str:
    """A node that ran once leads to its step, one that ran often to the list of its steps."""
    if count == 1:
        return reverse("jobs:step", args=[job.pk, step])
    return f"{reverse('jobs:detail', args=[job.pk])}?node={node}#steps"


def edges(job: Job) -> list[EdgeRow]:
    return table(spec_of(job.revision))
