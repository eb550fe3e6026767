"""What the OpenAPI schema says beyond the shapes: refusals and headers."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter

from routilux_site.lib.api.docs import header

READ, WRITE = (400, 404), (400, 404, 409, 411, 413, 415)

ACCEPTED_HEADERS = [
    header("Location", "Where the job is.", 202),
    header("Retry-After", "Seconds after which it is worth to look.", 202),
    header("Idempotency-Replayed", "`true` when the key was seen before: the job is the one made then.", 202),
]

CONDITIONAL_HEADERS = [
    OpenApiParameter("If-None-Match", location=OpenApiParameter.HEADER, description="An `ETag` that was seen before."),
    header("ETag", "Changes when the job does.", 200, 304),
    header("Retry-After", "Seconds after which it is worth to look again; absent once the job has ended.", 200, 304),
]

WAIT = [
    OpenApiParameter(
        "Prefer",
        location=OpenApiParameter.HEADER,
        description="`wait=10`: wait for the end of the job, so many seconds at most (and never more than 10). "
        "200 is the finished job; 202 says that it goes on, or that too many wait already.",
    ),
    header("Preference-Applied", "How long was waited at most.", 200, 202),
]

IF_MATCH = [
    OpenApiParameter(
        "If-Match", location=OpenApiParameter.HEADER, description="The `ETag` that was read, or `*`.", required=True
    )
]
