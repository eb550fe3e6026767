"""Examples of everything but triggers and single jobs, for the OpenAPI schema."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

from jobs.api import docs

_ID = "019ab0f2-7c10-7d3e-9a54-2f4c6f1b8a01"


def told(name: str, value: Any, status: int = 200) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])]


def asked(name: str, value: Any) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, request_only=True)]


_TOKEN = {
    "prefix": "Zk3v9QpA",
    "name": "web shop",
    "user": "shop",
    "flows": ["orders"],
    "scopes": ["trigger"],
    "valid": True,
    "created_at": "2026-11-23T04:00:00Z",
    "expires_at": "2027-02-21T04:00:00Z",
    "revoked_at": None,
    "last_used_at": "2026-11-23T04:20:00Z",
}
_ISSUED = {**_TOKEN, "last_used_at": None, "token": "rtx_Zk3v9QpA_<40 letters and digits>"}
TOKENS = told("Two limits", _TOKEN)
_ASKED = {"name": "web shop", "flows": ["orders"], "scopes": ["trigger"], "days": 90}
ISSUE = [*asked("For one flow", _ASKED), *told("Issued", _ISSUED, 201)]
ROTATE = [*asked("Over a day", {"hours": 24}), *told("Issued", _ISSUED, 201)]
REVOKE = told("Revoked", {**_TOKEN, "valid": False, "revoked_at": "2026-11-23T05:00:00Z"})

_HOOK = {
    "id": _ID,
    "name": "erp",
    "url": "https://erp.example.org/hooks/orders",
    "events": ["completed", "failed"],
    "flow": "orders",
    "enabled": True,
    "created_by": "bob",
    "created_at": "2026-11-23T04:00:00Z",
}
_MADE = {**_HOOK, "secret": "whsec_<32 bytes in base64>"}
_BODY = {key: _HOOK[key] for key in ("name", "url", "events", "flow")}
HOOKS = told("A webhook", _HOOK)
MAKE_HOOK = [*asked("For one flow", _BODY), *told("Made", _MADE, 201)]
CHANGE_HOOK = [*asked("Off", {"enabled": False}), *told("Off", {**_HOOK, "enabled": False})]
ROTATE_HOOK = told("Another secret", _MADE)
_DELIVERY = {
    "id": 17,
    "job": _ID,
    "kind": "failed",
    "status": "dead",
    "attempts": 8,
    "due_at": "2026-11-23T15:00:00Z",
    "answer": 503,
    "error": "Answered 503.",
    "created_at": "2026-11-23T04:20:00Z",
    "delivered_at": None,
    "payload": {"type": "job.failed", "timestamp": "2026-11-23T04:20:00+00:00", "data": {"job": _ID}},
}
DELIVERIES = told("Given up", _DELIVERY)
_SENT_AGAIN = {**_DELIVERY, "status": "pending", "attempts": 0, "answer": None, "error": ""}

NOTHING = asked("Nothing to say", {})
REVOKE += NOTHING
ROTATE_HOOK += NOTHING
RESEND = [*NOTHING, *told("On its way again", _SENT_AGAIN, 202)]
CLOSE = [*NOTHING, docs.REASON[1]]

_RUN = {**docs.EXAMPLE_JOB, "status": "failed", "error": {"node": "enrich", "summary": "TimeoutError: timed out"}}
JOBS = told("One that failed", _RUN)
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
_LEFT_OUT = {"policy_message", "inputs", "outputs", "logs", "truncated"}
STEPS = told("One that was retried", {key: value for key, value in docs.EXAMPLE_STEP.items() if key not in _LEFT_OUT})

_SCHEDULE = {
    "id": 4,
    "name": "orders-daily",
    "flow": "orders",
    "input": {"upload": "orders.csv"},
    "entry": "",
    "overrides": {},
    "priority": 0,
    "cron": "30 6 * * 1-5",
    "interval_seconds": None,
    "time_zone": "Europe/Berlin",
    "overlap": "skip",
    "catch_up": "one",
    "catch_up_limit": 100,
    "enabled": True,
    "archived_at": None,
    "owner": "bob",
    "next_slots": ["2026-11-24T05:30:00Z", "2026-11-25T05:30:00Z"],
    "last_slot_at": "2026-11-23T05:30:00Z",
    "last_job": f"https://routilux.example/api/v1/jobs/{_ID}",
    "problem": "",
    "version": 2,
    "link": "https://routilux.example/api/v1/schedules/4",
}
SCHEDULES = told("On working days", _SCHEDULE)
MAKE_SCHEDULE = [*docs.SCHEDULE, *told("Made", _SCHEDULE, 201)]
CHANGE_SCHEDULE = [*asked("An hour later", {"cron": "30 7 * * 1-5"}), *told("Changed", _SCHEDULE)]
STEER_SCHEDULE = [*asked("With a reason", {"reason": "The shop is closed"}), *SCHEDULES]
RUN_SCHEDULE = [*NOTHING, *told("Accepted", docs.EXAMPLE_ACCEPTED, 202)]

_UPLOAD = {
    "name": "orders.csv",
    "size": 48211,
    "sha256": "9f2c1f0e5d4b4b6f8a7d3c2b1a09f8e7d6c5b4a392817f6e5d4c3b2a19080706",
    "stored_at": "2026-11-23T04:19:00Z",
    "stored_by": "shop",
}
UPLOADS = told("A file", _UPLOAD)
STORE = [
    OpenApiExample("A table", value="order,sku\n7,A-1\n", request_only=True, media_type="application/octet-stream"),
    *told("Replaced", _UPLOAD),
    *told("Stored", _UPLOAD, 201),
]
DRY_RAN = told(
    "It would complete",
    {
        "outcome": "completed",
        "reason": "",
        "simulated_seconds": 0.0,
        "steps": [
            {
                "step": 1,
                "node": "sum",
                "attempt": 1,
                "cause": None,
                "at": 0.0,
                "how": "run",
                "status": "completed",
                "policy_message": {"reason": "drained"},
                "inputs": {"input": [{"order": 1}, {"order": 2}]},
                "outputs": [{"event": "aggregated", "payload": {"orders": 2}}],
                "outputs_count": 1,
                "log": [{"level": "info", "text": "2 orders"}],
                "error": None,
                "decision": None,
            }
        ],
        "nodes": [
            {
                "node": "sum",
                "class": "aggregator",
                "pure": True,
                "how": ["run"],
                "statuses": ["completed"],
                "steps": 1,
                "attempts": 1,
                "taken": 2,
                "sent": 1,
                "waiting": 0,
                "note": "",
            }
        ],
        "decisions": [
            {
                "at": 0.0,
                "node": "sum",
                "queued": {"input": 2},
                "drained": True,
                "take": {"input": 2},
                "message": {"reason": "drained"},
                "look_again_in": None,
            }
        ],
        "result": {"sum.aggregated": [{"orders": 2}]},
        "results": 1,
        "undelivered": [],
        "undelivered_count": 0,
        "dropped": 0,
        "truncated": False,
    },
)
