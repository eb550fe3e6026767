"""The questions that a reviewer asks: why did it fail now, what is different about that one, what fails at all?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api import docs
from jobs.api.base import READ_JOBS, Endpoint
from jobs.api.bodies import FailureQuery, TwoJobsQuery
from jobs.api.examples import history as examples
from jobs.api.shapes.history import GroupsSerializer, JobComparisonSerializer, WhySerializer
from jobs.api.shapes.jobs import JobSerializer
from jobs.compare.between import Between, Told, Why, between, why
from jobs.compare.jsondiff import Change
from jobs.compare.outcomes import Outcome, Side
from jobs.compare.suspects import unknown
from jobs.errors import WrongState
from jobs.history.alike import Group, alike
from jobs.search.naming import understood
from jobs.search.window import newest
from jobs.states import JobStatus
from routilux_site.lib.api.operation import operation
from templates_app.diff import ABSENT, to_json


class JobWhy(Endpoint):
    permitted = {"GET": READ_JOBS}

    @operation(
        id="explain_failure",
        summary="Why did it fail now?",
        about="Sets a failed job beside the last good one of its flow: what differs in the flow, in the input and in "
        "the code of its routines, and the likeliest causes first. 409 unless the job has failed.",
        tag="jobs",
        answers={200: WhySerializer},
        refuses=(404, 409),
        examples=examples.WHY,
    )
    def get(self, request: Request, job: UUID) -> Response:
        self.query()
        found = self.job(job)
        if found.status != JobStatus.FAILED:
            raise WrongState(f"The job is {found.status}: only a failed job has something to explain.")
        told = why(found, self.jobs())
        good = JobSerializer(told.good, context={"request": request}).data if told.good else None
        return Response({"last_good": good, **_explained(told)})


class JobsCompare(Endpoint):
    permitted = {"GET": READ_JOBS}

    @operation(
        id="compare_jobs",
        summary="Compare two jobs",
        about="Any two: how each node went, and what differs between their revisions, inputs and results.",
        tag="jobs",
        parameters=[TwoJobsQuery],
        answers={200: JobComparisonSerializer},
        refuses=docs.READ,
        examples=examples.COMPARED,
    )
    def get(self, request: Request) -> Response:
        said = self.query(TwoJobsQuery)
        a, b = self.job(said["a"]), self.job(said["b"])
        found = between(a, b)
        both = [JobSerializer(job, context={"request": request}).data for job in (a, b)]
        return Response({"a": both[0], "b": both[1], **_compared(found)})


class Failures(Endpoint):
    permitted = {"GET": READ_JOBS}

    @operation(
        id="list_failures",
        summary="List failures, grouped",
        about="Failures are alike when flow, node and error are, with numbers, ids and quoted words left out.",
        tag="jobs",
        parameters=[FailureQuery],
        answers={200: GroupsSerializer},
        refuses=[400],
        examples=examples.FAILURES,
    )
    def get(self, request: Request) -> Response:
        text = f"{self.query(FailureQuery)['q']} status:failed"
        wanted = understood(text, self.flows(), user=request.user.pk, now=timezone.now())
        found = alike(newest(self.jobs().select_related(None), wanted))
        return Response({"jobs": found.jobs, "is_capped": found.is_capped, "groups": list(map(_group, found.items))})


def _explained(told: Why) -> dict[str, Any]:
    evidence = told.evidence
    return {
        "first_alike": told.first,
        "suspects": [{"sentence": one.sentence, "about": one.about} for one in told.suspects],
        "unknown": unknown(evidence),
        "differences": to_json(evidence.differences),
        "input_shape": list(map(_change, evidence.shape)),
        "input_values": list(map(_change, evidence.values)),
        "code": evidence.code,
    }


def _compared(found: Between) -> dict[str, Any]:
    return {
        "divergence": found.divergence,
        "nodes": list(map(_node, found.nodes)),
        "differences": to_json(found.differences),
        "input": _told(found.input),
        "result": _told(found.result),
    }


def _node(side: Side) -> dict[str, Any]:
    return {"node": side.node, "differs": side.differs, "a": _outcome(side.a), "b": _outcome(side.b)}


def _change(change: Change) -> dict[str, Any]:
    sides = {"before": change.before, "after": change.after}
    there = {name: value for name, value in sides.items() if value is not ABSENT}
    return {"path": change.path, "kind": change.kind, **there}


def _told(told: Told) -> dict[str, Any]:
    return {"too_large": told.too_large, "changes": list(map(_change, told.changes))}


def _outcome(outcome: Outcome | None) -> dict[str, Any] | None:
    if outcome is None:
        return None
    return {"steps": outcome.statuses, "attempts": outcome.attempts, "seconds": outcome.seconds}


def _group(group: Group) -> dict[str, Any]:
    names = ("flow", "node", "summary", "fingerprint", "jobs", "first_seen", "last_seen")
    return {**{name: getattr(group, name) for name in names}, "newest": group.newest.pk}
