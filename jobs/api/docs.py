"""What the OpenAPI schema says beyond the shapes: problems, headers and examples."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from routilux_site.lib.api.docs import header
from routilux_site.lib.api.docs import problems as problems

READ, WRITE = (400, 404), (400, 404, 409, 411, 413, 415)

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

EXAMPLE_ACCEPTED = {
    "id": _ID,
    "status": "pending",
    "flow": "orders",
    "revision": _REVISION,
    "created_at": "2026-11-23T04:20:00.120000Z",
    "links": _LINKS,
}
EXAMPLE_JOB = {
    **EXAMPLE_ACCEPTED,
    "status": "completed",
    "entry": "read.files",
    "priority": 0,
    "triggered_by": "bob",
    "token": "web shop",
    "rerun_of": None,
    "start_at": None,
    "started_at": "2026-11-23T04:20:00.131000Z",
    "finished_at": "2026-11-23T04:20:00.190000Z",
    "error": None,
}

WAIT = [
    OpenApiParameter(
        "Prefer",
        location=OpenApiParameter.HEADER,
        description="`wait=10`: wait for the end of the job, so many seconds at most (and never more than 10). "
        "200 is the finished job; 202 says that it goes on, or that too many wait already.",
    ),
    header("Preference-Applied", "How long was waited at most.", 200, 202),
]

TRIGGER = [
    OpenApiExample("With an upload", value={"input": {"upload": "orders.csv"}}, request_only=True),
    OpenApiExample(
        "Into a slot of choice",
        value={"input": {"customer": 42}, "entry": "enrich.orders", "priority": 5},
        request_only=True,
    ),
    OpenApiExample(
        "With overrides for this one job",
        value={"input": {"upload": "orders.csv"}, "overrides": {"settings": {"max_workers": 1}}},
        request_only=True,
    ),
    OpenApiExample(
        "Later", value={"input": {"upload": "orders.csv"}, "start_at": "2026-11-24T06:00:00+01:00"}, request_only=True
    ),
    OpenApiExample("Accepted", value=EXAMPLE_ACCEPTED, response_only=True, status_codes=["202"]),
]
JOB = [
    OpenApiExample(
        "Completed",
        value={
            **EXAMPLE_JOB,
            "progress": _PROGRESS,
            "result": {"report.written": [{"rows": 1204}]},
            "result_truncated": False,
            "undelivered": 0,
            "dropped": 0,
        },
        response_only=True,
        status_codes=["200"],
    )
]
CANCEL = [
    OpenApiExample("With a reason", value={"reason": "Wrong file"}, request_only=True),
    OpenApiExample("Cancelled", value={**EXAMPLE_JOB, "status": "cancelled"}, response_only=True, status_codes=["202"]),
]
REASON = [
    OpenApiExample("With a reason", value={"reason": "The bank is closed"}, request_only=True),
    OpenApiExample("The job", value={**EXAMPLE_JOB, "status": "running"}, response_only=True, status_codes=["202"]),
]
RERUN = [
    OpenApiExample("As it was", value={"revision": "pinned"}, request_only=True),
    OpenApiExample(
        "Other input, today's flow", value={"revision": "latest", "input": {"upload": "b.csv"}}, request_only=True
    ),
    OpenApiExample("Accepted", value=EXAMPLE_ACCEPTED, response_only=True, status_codes=["202"]),
]
SUPPLY = [
    OpenApiExample(
        "What the step would have sent",
        value={"outputs": [{"event": "enriched", "payload": {"order": 7, "rate": 1.2}}], "reason": "Looked up by hand"},
        request_only=True,
    ),
    REASON[1],
]
DRY_RUN = [
    OpenApiExample(
        "With what a reader would send",
        value={"input": {"upload": "orders.csv"}, "outputs": {"read": {"row": [{"order": 1}, {"order": 2}]}}},
        request_only=True,
    ),
    OpenApiExample(
        "To see what an error handler does",
        value={"input": {"order": 1}, "errors": {"price": ["TimeoutError", "TimeoutError"]}},
        request_only=True,
    ),
]
NODE = [
    OpenApiExample("A node", value={"node": "price", "reason": "The totals look wrong"}, request_only=True),
    REASON[1],
]
EDIT = [
    OpenApiExample("The right payload", value={"payload": {"order": 7}, "reason": "A typo"}, request_only=True),
    REASON[1],
]
DECISION = [
    OpenApiExample("Yes", value={"approved": True, "comment": "Seen and signed"}, request_only=True),
    REASON[1],
]
ITEM = [
    OpenApiExample("An approval", value={"slot": "wait.approvals", "payload": {"by": "bob"}}, request_only=True),
    REASON[1],
]
EXAMPLE_STEP: dict[str, Any] = {
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
            "progress": None,
            "error": {"type": "TimeoutError", "message": "timed out", "traceback": "Traceback ..."},
        }
    ],
    "truncated": [],
}
STEP = [OpenApiExample("A step that was retried", value=EXAMPLE_STEP, response_only=True, status_codes=["200"])]


def _told(name: str, value: Any) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, response_only=True, status_codes=["200"])]


def item(**said: Any) -> dict[str, Any]:
    return {"id": 9, "source": "", "target": "", "payload": {"order": 7}, **said}


OUTPUTS = _told("A report", item(source="report.written", payload={"rows": 1204}))
INPUTS = _told("A file", item(target="read.files", payload={"upload": "orders.csv"}))
_LACKS = "pair has items waiting (1 in left): nothing has arrived in right."
WAITING = _told("A join", {"results": [{"kind": "policy", "sentence": _LACKS, "node": "pair", "until": None}]})
QUEUES = _told("Two slots", {"results": [{"node": "sum", "slot": "rows", "items": 12}]})
LOGS = _told(
    "An attempt that failed",
    {
        "id": 4,
        "step": 71,
        "node": "enrich",
        "attempt": 1,
        "at": "2026-11-23T04:20:00.140000Z",
        "lines": [{"at": 1795321200.14, "level": "stdout", "text": "asking for rates"}],
        "progress": {"n": 3, "total": 10, "text": "rates"},
        "error": {"type": "TimeoutError", "message": "timed out", "traceback": "Traceback ..."},
    },
)
_CLUSTER = {
    "id": "0f6c1b9c5a6f4f31a5a1e7b2c3d4e5f6",
    "host": "worker-1",
    "pid": 4711,
    "workers": 4,
    "restarts": 0,
    "last_restart_reason": "start",
    "started_at": "2026-11-23T04:00:00Z",
    "heartbeat_at": "2026-11-23T04:20:00Z",
}
RUNTIME = _told(
    "At work",
    {"live_sessions": 2, "supervisors": 1, "oldest_runnable_seconds": 0.02, "clusters": [_CLUSTER]},
)
SESSION = _told(
    "A live one",
    {
        "id": _ID,
        "cluster": _CLUSTER["id"],
        "host": "worker-1",
        "pid": 4713,
        "lanes": 10,
        "started_at": "2026-11-23T04:20:00Z",
        "heartbeat_at": "2026-11-23T04:20:03Z",
        "ended_at": None,
        "outcome": "",
    },
)
BULK = [
    OpenApiExample(
        "Two jobs",
        value={
            "jobs": [
                {"flow": "orders", "input": {"upload": "a.csv"}, "idempotency_key": "orders-a"},
                {"flow": "orders", "input": {"upload": "b.csv"}, "idempotency_key": "orders-b"},
            ]
        },
        request_only=True,
    ),
    OpenApiExample(
        "One made, one refused",
        value={
            "accepted": 1,
            "refused": 1,
            "results": [
                {"status": 202, "replayed": False, "job": EXAMPLE_ACCEPTED, "problem": None},
                {
                    "status": 404,
                    "replayed": False,
                    "job": None,
                    "problem": {
                        "type": "urn:routilux:problem:unknown-flow",
                        "title": "There is no such flow",
                        "status": 404,
                        "detail": 'jobs[1].flow: There is no flow "ordres". Accepted: orders.',
                        "instance": "/api/v1/jobs/bulk",
                        "code": "unknown-flow",
                        "request_id": "6f1f0f6a2f5e4a0f",
                        "errors": [],
                    },
                },
            ],
        },
        response_only=True,
        status_codes=["200"],
    ),
]
SCHEDULE = [
    OpenApiExample(
        "On working days at half past six",
        value={
            "name": "orders-daily",
            "flow": "orders",
            "input": {"upload": "orders.csv"},
            "cron": "30 6 * * 1-5",
            "time_zone": "Europe/Berlin",
        },
        request_only=True,
    ),
    OpenApiExample(
        "Every ten seconds, one after the other",
        value={"name": "poll", "flow": "poll-bank", "input": {}, "interval_seconds": 10, "overlap": "queue"},
        request_only=True,
    ),
]
IF_MATCH = [
    OpenApiParameter(
        "If-Match", location=OpenApiParameter.HEADER, description="The `ETag` that was read, or `*`.", required=True
    )
]
