"""What a token may be narrowed to, beside its flows: named parts of the permissions of its user. Plain data."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

SCOPES: Final = {
    "read": "See templates, jobs, uploads and the Runtime.",
    "trigger": "Trigger jobs, run them again, and see those that its user triggered.",
    "control": "Cancel, pause, resume, retry and mend jobs; schedules.",
    "templates": "Make and change templates.",
    "uploads": "Store uploads.",
    "manage": "Tokens and webhooks.",
}
_MANAGED = ("apitoken", "webhook", "webhookdelivery")


def scope_of(permission: str) -> str:
    """The scope that a permission such as `jobs.cancel_job` belongs to."""
    app, _, codename = permission.partition(".")
    verb, _, model = codename.partition("_")
    if verb == "trigger":
        return "trigger"
    if model in _MANAGED:
        return "manage"
    if verb == "view":
        return "read"
    if model == "upload":
        return "uploads"
    return "templates" if app == "templates_app" else "control"


def allows(scopes: Collection[str], permission: str) -> bool:
    """A token without scopes may all that its user may."""
    return not scopes or scope_of(permission) in scopes
