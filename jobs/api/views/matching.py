"""Retry or cancel all jobs that a filter finds, as the page does: first how many, then the deed."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api import docs
from jobs.api.base import Endpoint
from jobs.api.bodies import MatchingBody
from jobs.api.examples import jobs as examples
from jobs.api.shapes.matching import MatchedSerializer
from jobs.search.matching import Matching, matching
from jobs.search.naming import understood
from jobs.services import BulkResult
from jobs.steering.bulk import MOST, BulkVerb
from routilux_site.lib.api.endpoint import Permissions
from routilux_site.lib.api.operation import Operation

ABOUT = (
    f"At most {MOST} in one go, the newest; `more` says whether others match. Each is handled for itself, and those "
    "that refuse are told. With `preview` nothing happens; send its `newest` with the deed, so that it reaches no job "
    "that the preview did not count."
)


def _described(verb: BulkVerb, words: str) -> Operation:
    return Operation(
        id=f"{verb}_matching_jobs",
        summary=f"{verb.capitalize()} all jobs that a filter finds",
        about=f"{words} {ABOUT}",
        tag="jobs",
        takes=MatchingBody,
        answers={200: MatchedSerializer},
        refuses=docs.WRITE,
        examples=examples.MATCHING,
    )


OPERATIONS = {
    BulkVerb.RETRY: _described(BulkVerb.RETRY, "Their unfinished steps run again, what succeeded is kept."),
    BulkVerb.CANCEL: _described(BulkVerb.CANCEL, "Nothing more of them starts; what runs now is not kept."),
}


class MatchingJobs(Endpoint):
    verb = BulkVerb.RETRY

    @property
    def operation(self) -> Operation:
        return OPERATIONS[self.verb]

    def permissions_by_method(self) -> Permissions:
        return {"POST": (self.verb.permission,)}

    def post(self, request: Request) -> Response:
        said = self.said(MatchingBody)
        wanted = understood(said["q"], self.flows(), user=request.user.pk, now=timezone.now())
        found = matching(self.jobs(), wanted, self.verb, until=said.get("newest"))
        if said["preview"]:
            return Response(_told(found, BulkResult()))
        done = services.bulk(verb=self.verb, jobs=found.keys, actor=request.user, reason=said["reason"])
        return Response(_told(found, done))


def _told(found: Matching, result: BulkResult) -> dict[str, Any]:
    return {
        "matched": len(found.jobs),
        "more": found.more,
        "newest": found.newest,
        "done": result.done,
        "refused": [{"job": one.job, "reason": one.reason} for one in result.refused],
    }
