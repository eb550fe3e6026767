"""Examples of tokens and webhooks for the OpenAPI schema."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

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
RESEND = told("On its way again", {**_DELIVERY, "status": "pending", "attempts": 0, "answer": None, "error": ""})
