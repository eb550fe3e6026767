"""Examples of jobs: triggered, tried, read, steered."""

from __future__ import annotations

from jobs.api.examples.saying import ID, NOTHING, URL, asked, told

_LINKS = {
    "self": URL,
    "events": f"{URL}/events",
    "steps": f"{URL}/steps",
    "cancel": f"{URL}/cancel",
    "page": f"https://routilux.example/jobs/{ID}/",
}

_REVISION = {"number": 3, "hash": "9f2c1f0e5d4b4b6f8a7d3c2b1a09f8e7d6c5b4a392817f6e5d4c3b2a19080706"}

_PROGRESS = {"total": 5, "done": 5, "running": 0, "waiting": 0, "failed": 0, "cancelled": 0, "running_nodes": []}

ACCEPTED = {
    "id": ID,
    "status": "pending",
    "flow": "orders",
    "revision": _REVISION,
    "created_at": "2026-11-23T04:20:00.120000Z",
    "links": _LINKS,
}

ROW = {
    **ACCEPTED,
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

TRIGGER = [
    *asked("With an upload", {"input": {"upload": "orders.csv"}}),
    *asked("Into a slot of choice", {"input": {"customer": 42}, "entry": "enrich.orders", "priority": 5}),
    *asked(
        "With overrides for this one job",
        {"input": {"upload": "orders.csv"}, "overrides": {"settings": {"max_workers": 1}}},
    ),
    *asked("Later", {"input": {"upload": "orders.csv"}, "start_at": "2026-11-24T06:00:00+01:00"}),
    *told("Accepted", ACCEPTED, 202),
]

_RUN = {**ROW, "status": "failed", "error": {"node": "enrich", "summary": "TimeoutError: timed out"}}

JOBS = told("One that failed", _RUN)

JOB = told(
    "Completed",
    {
        **ROW,
        "variant_of": None,
        "schedule": "nightly",
        "slot_at": "2026-11-23T04:20:00Z",
        "called_by": None,
        "fingerprint": "",
        "request_id": "",
        "progress": _PROGRESS,
        "result": {"report.written": [{"rows": 1204}]},
        "result_truncated": False,
        "undelivered": 0,
        "dropped": 0,
    },
)

EVENTS = told(
    "A retry",
    {
        "id": 31,
        "at": "2026-11-23T04:30:00Z",
        "kind": "retried",
        "actor": "bob",
        "reason": "The bank is back",
        "data": {},
    },
)

UNDER_WAY = told("The job", {**ROW, "status": "running"}, 202)

CANCEL = [
    *asked("With a reason", {"reason": "Wrong file"}),
    *told("Cancelled", {**ROW, "status": "cancelled"}, 202),
]

REASON = [*asked("With a reason", {"reason": "The bank is closed"}), *UNDER_WAY]

CLOSE = [*NOTHING, *UNDER_WAY]

RERUN = [
    *asked("As it was", {"revision": "pinned"}),
    *asked("Other input, today's flow", {"revision": "latest", "input": {"upload": "b.csv"}}),
    *asked("With one setting of its own", {"revision": "latest", "overrides": {"settings": {"max_workers": 1}}}),
    *told("Accepted", ACCEPTED, 202),
]

BULK = [
    *asked(
        "Two jobs",
        {
            "jobs": [
                {"flow": "orders", "input": {"upload": "a.csv"}, "idempotency_key": "orders-a"},
                {"flow": "orders", "input": {"upload": "b.csv"}, "idempotency_key": "orders-b"},
            ]
        },
    ),
    *told(
        "One made, one refused",
        {
            "accepted": 1,
            "refused": 1,
            "results": [
                {"status": 202, "replayed": False, "job": ACCEPTED, "problem": None},
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
    ),
]

_MATCHED = {"matched": 1, "more": False, "newest": ID, "done": [ID], "refused": []}

MATCHING = [
    *asked("Only how many", {"q": "status:failed flow:orders since:24h", "preview": True}),
    *asked("With a reason", {"q": "status:failed flow:orders", "newest": ID, "reason": "The bank is back"}),
    *told("Done", _MATCHED),
]
