"""What the list of jobs can be narrowed by. Each filter can use an index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Subquery
from rest_framework.exceptions import ValidationError

from jobs.models.job import JobQuerySet
from templates_app.models import FlowPrototype, Revision

#: How far the clock that made an id may be from the clock of the database.
CLOCKS_APART = timedelta(minutes=5)


def narrowed(jobs: JobQuerySet, said: dict[str, Any], flow_id: Callable[[str], int]) -> JobQuerySet:
    """`said` holds fields of JobQuery; `flow_id` refuses names that nobody has."""
    lookups: dict[str, Any] = {}
    if "status" in said:
        lookups["status__in"] = said["status"]
    if "flow" in said:
        lookups["flow_id"] = flow_id(said["flow"])
    if "revision" in said:
        # Asked once, so that the index of the revision gives the order.
        numbered = Revision.objects.filter(flow=lookups["flow_id"], number=said["revision"])
        lookups["revision_id"] = Subquery(numbered.values("pk"))
    if "triggered_by" in said:
        lookups["actor_id"] = _user_id(said["triggered_by"])
    if "rerun_of" in said:
        lookups["origin_id"] = said["rerun_of"]
    if "called_by" in said:
        lookups["parent_id"] = said["called_by"]
    return _between(jobs.filter(**lookups), said)


def flow_id(name: str) -> int | None:
    return FlowPrototype.objects.filter(name=name).values_list("pk", flat=True).first()


def _between(jobs: JobQuerySet, said: dict[str, Any]) -> JobQuerySet:
    if "created_after" in said:
        jobs = _created_after(jobs, said["created_after"])
    if "created_before" in said:
        jobs = _created_before(jobs, said["created_before"])
    return jobs


def _user_id(name: str) -> int:
    found = get_user_model().objects.filter(username=name).values_list("pk", flat=True).first()
    if found is None:
        raise ValidationError({"triggered_by": "There is no such user."})
    return int(found)


def _created_after(jobs: JobQuerySet, moment: datetime) -> JobQuerySet:
    """An id begins with the time at which it was made: the bound on it ends the scan, the other one is exact."""
    return jobs.filter(id__gte=_id_at(moment, -CLOCKS_APART), created_at__gt=moment)


def _created_before(jobs: JobQuerySet, moment: datetime) -> JobQuerySet:
    return jobs.filter(id__lt=_id_at(moment, CLOCKS_APART), created_at__lt=moment)


def _id_at(moment: datetime, shift: timedelta) -> UUID:
    """The lowest id of the time that is `shift` away from `moment`."""
    if moment.year <= 1970:
        return UUID(int=0)
    milliseconds = int((moment.timestamp() + shift.total_seconds()) * 1000)
    return UUID(int=max(milliseconds, 0) << 80)
