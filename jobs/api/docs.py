"""What the OpenAPI schema says beyond the shapes: problems, headers and examples."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from jobs.api.shapes.problem import ProblemSerializer

_ALWAYS = (401, 403)
_MEANINGS = {
    400: "The request is malformed; `errors` says where.",
    401: "No session and no valid token.",
    403: "The caller lacks the permission, or the CSRF token.",
    404: "There is no such thing, or the caller may not see it.",
    409: "It is not in a state that allows this.",
    411: "The body comes in chunks; send a Content-Length.",
    413: "The body is larger than is accepted.",
    415: "The body is not application/json.",
    422: "The input does not fit the flow, or the Idempotency-Key was used for another request.",
}
_ID = "019ab0f2-7c10-7d3e-9a54-2f4c6f1b8a01"
_URL = f"https://routilux.example/api/v1/jobs/{_ID}"
_LINKS = {
    "self": _URL,
    "events": f"{_URL}/events",
    "steps": f"{_URL}/steps",
    "cancel": f"{_URL}/cancel",
    "page": f"https://routilux.example/jobs/{_ID}/",
}
_REVISION = {"number": 3, "hash": "9f2c1f0e5d4b4b6f8a7d3c2b1a09f8e7d6c5b4a392817f6e5d4c3b2a19080706"}
_PROGRESS = {"total": 5, "done": 5, "running": 0, "waiting": 0, "failed": 0, "cancelled": 0, "running_nodes": []}


def problems(*statuses: int) -> dict[Any, OpenApiResponse]:
    """The refusals of an endpoint; the two that every one has come by themselves."""
    return {
        (status, "application/problem+json"): OpenApiResponse(ProblemSerializer, description=_MEANINGS[status])
        for status in sorted({*statuses, *_ALWAYS})
    }


def _header(name: str, description: str, *statuses: int) -> OpenApiParameter:
    return OpenApiParameter(name, location=OpenApiParameter.HEADER, response=statuses, description=description)


ACCEPTED_HEADERS = [
    _header("Location", "Where the job is.", 202),
    _header("Retry-After", "Seconds after which it is worth to look.", 202),
    _header("Idempotency-Replayed", "`true` when the key was seen before: the job is the one made then.", 202),
]
CONDITIONAL_HEADERS = [
    OpenApiParameter("If-None-Match", location=OpenApiParameter.HEADER, description="An `ETag` that was seen before."),
    _header("ETag", "Changes when the job does.", 200, 304),
    _header("Retry-After", "Seconds after which it is worth to look again; absent once the job has ended.", 200, 304),
]

_ACCEPTED = {
    "id": _ID,
    "status": "pending",
    "flow": "orders",
    "revision": _REVISION,
    "created_at": "2026-11-23T04:20:00.120000Z",
    "links": _LINKS,
}
_JOB = {
    **_ACCEPTED,
    "status": "completed",
    "entry": "read.files",
    "priority": 0,
    "triggered_by": "bob",
    "started_at": "2026-11-23T04:20:00.131000Z",
    "finished_at": "2026-11-23T04:20:00.190000Z",
    "error": None,
}

TRIGGER = [
    OpenApiExample("With an upload", value={"input": {"upload": "orders.csv"}}, request_only=True),
    OpenApiExample(
        "Into a slot of choice",
        value={"input": {"customer": 42}, "entry": "enrich.orders", "priority": 5},
        request_only=True,
    ),
    OpenApiExample("Accepted", value=_ACCEPTED, response_only=True, status_codes=["202"]),
]
FLOW = [
    OpenApiExample(
        "A flow",
        value={
            "name": "orders",
            "description": "Reads orders, validates them and adds them up.",
            "category": "samples",
            "tags": ["csv"],
            "variant_of": None,
            "revision": _REVISION,
            "runnable": True,
            "problems": [],
            "entry": "read.files",
            "input_schema": {"type": "object", "required": ["upload"]},
            "archived_at": None,
            "updated_at": "2026-11-20T10:00:00Z",
        },
        response_only=True,
        status_codes=["200"],
    )
]
JOB = [
    OpenApiExample(
        "Completed",
        value={
            **_JOB,
            "progress": _PROGRESS,
            "result": {"report.written": [{"rows": 1204}]},
            "result_truncated": False,
            "undelivered": 0,
        },
        response_only=True,
        status_codes=["200"],
    )
]
CANCEL = [
    OpenApiExample("With a reason", value={"reason": "Wrong file"}, request_only=True),
    OpenApiExample("Cancelled", value={**_JOB, "status": "cancelled"}, response_only=True, status_codes=["202"]),
]
STEP = [
    OpenApiExample(
        "A step that was retried",
        value={
            "id": 71,
            "node": "enrich",
            "status": "completed",
            "attempt": 2,
            "errors": 1,
            "deaths": 0,
            "cause": 70,
            "error_summary": "",
            "created_at": "2026-11-23T04:20:00.131000Z",
            "started_at": "2026-11-23T04:20:02.140000Z",
            "finished_at": "2026-11-23T04:20:02.150000Z",
            "due_at": None,
            "link": f"{_URL}/steps/71",
            "policy_message": {"reason": "immediate"},
            "inputs": [{"id": 9, "source": "read.rows", "target": "enrich.orders", "payload": {"order": 7}}],
            "outputs": [{"id": 12, "source": "enrich.enriched", "target": "", "payload": {"order": 7, "rate": 1.2}}],
            "logs": [
                {
                    "attempt": 1,
                    "at": "2026-11-23T04:20:00.140000Z",
                    "lines": [{"at": 1795321200.14, "level": "stdout", "text": "asking for rates"}],
                    "error": {"type": "TimeoutError", "message": "timed out", "traceback": "Traceback ..."},
                }
            ],
            "truncated": [],
        },
        response_only=True,
        status_codes=["200"],
    )
]
