"""Examples of webhooks."""

from __future__ import annotations

from jobs.api.examples.saying import ID, NOTHING, asked, told

_HOOK = {
    "id": ID,
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

ROTATE_HOOK = [*NOTHING, *told("Another secret", _MADE)]

_DELIVERY = {
    "id": 17,
    "job": ID,
    "kind": "failed",
    "status": "dead",
    "attempts": 8,
    "due_at": "2026-11-23T15:00:00Z",
    "answer": 503,
    "error": "Answered 503.",
    "created_at": "2026-11-23T04:20:00Z",
    "delivered_at": None,
    "payload": {"type": "job.failed", "timestamp": "2026-11-23T04:20:00+00:00", "data": {"job": ID}},
}

DELIVERIES = told("Given up", _DELIVERY)

_SENT_AGAIN = {**_DELIVERY, "status": "pending", "attempts": 0, "answer": None, "error": ""}

RESEND = [*NOTHING, *told("On its way again", _SENT_AGAIN, 202)]
