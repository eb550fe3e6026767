"""What the list of jobs can be narrowed by. Each filter can use an index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Subquery
from rest_framework.exceptions import ValidationError

from jobs.history import selectors
from jobs.models.job import JobQuerySet
from templates_app.models import FlowPrototype, Revision


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
    return _between(jobs.filter(**lookups), said)


def flow_id(name: str) -> int | None:
    return FlowPrototype.objects.filter(name=name).values_list("pk", flat=True).first()


def _between(jobs: JobQuerySet, said: dict[str, Any]) -> JobQuerySet:
    if "created_after" in said:
        jobs = selectors.created_after(jobs, said["created_after"])
    if "created_before" in said:
        jobs = selectors.created_before(jobs, said["created_before"])
    return jobs


def _user_id(name: str) -> int:
    found = get_user_model().objects.filter(username=name).values_list("pk", flat=True).first()
    if found is None:
        raise ValidationError({"triggered_by": "There is no such user."})
    return int(found)
