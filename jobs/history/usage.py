"""What hangs on a flow when its template changes."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count

from jobs.models import Job, Schedule
from jobs.states import JOB_TERMINAL
from templates_app.handin import Usage


def unfinished_by_flow(flows: Collection[int]) -> dict[int, int]:
    """How many jobs of each of `flows` have not ended yet; these stay pinned to the revision that they started with."""
    rows = Job.objects.filter(flow__in=flows).exclude(status__in=JOB_TERMINAL).order_by()
    return dict(rows.values_list("flow").annotate(Count("pk")))


def usage_of_flows(flows: Collection[int]) -> dict[int, Usage]:
    """Unfinished jobs stay pinned; schedules run whatever the flow is by then."""
    jobs = unfinished_by_flow(flows)
    rows = Schedule.objects.active().filter(flow__in=flows).order_by().values_list("flow").annotate(Count("pk"))
    follow = dict(rows)
    return {flow: Usage(unfinished_jobs=jobs.get(flow, 0), schedules=follow.get(flow, 0)) for flow in {*jobs, *follow}}
