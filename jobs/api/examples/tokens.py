"""Examples of tokens."""

from __future__ import annotations

from jobs.api.examples.saying import NOTHING, asked, told

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

_ = {"name": "web shop", "flows": ["orders"], "scopes": ["trigger"], "days": 90}

ISSUE = [*asked("For one flow", _), *told("Issued", _ISSUED, 201)]

ROTATE = [*asked("Over a day", {"hours": 24}), *told("Issued", _ISSUED, 201)]

REVOKE = [*NOTHING, *told("Revoked", {**_TOKEN, "valid": False, "revoked_at": "2026-11-23T05:00:00Z"})]
