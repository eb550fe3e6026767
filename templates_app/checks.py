"""System checks: does the database still fit the code? Asked with `check --database default`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError

from templates_app import sync
from templates_app.models import FlowPrototype


@register(Tags.database)
def check_templates(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Warnings only: `migrate` asks too, before it mends exactly these things, and must not be stopped."""
    if not databases or "default" not in databases:
        return []
    try:
        return [*_out_of_step(), *_clashes(), *_invalid_flows()]
    except DatabaseError:
        return []  # not migrated yet, or not reachable: others say so


def _out_of_step() -> list[CheckMessage]:
    names = sorted(root.name for root in sync.out_of_step())
    if not names:
        return []
    message = f"The catalog and its prototypes are out of step: {', '.join(names)}."
    return [Warning(message, hint="Run manage.py migrate.", id="templates_app.W001")]


def _clashes() -> list[CheckMessage]:
    return [
        Warning(
            f"The class {name!r} has no prototype, because a prototype of this name was made by hand.",
            hint="Rename the prototype in the admin, or register the class under another name, then run migrate.",
            id="templates_app.W002",
        )
        for name in sync.name_clashes()
    ]


def _invalid_flows() -> list[CheckMessage]:
    return [
        Warning(
            f"The flow {flow.name!r} is invalid and cannot be triggered: {_told(flow.problems)}",
            hint="Mend it, or what it builds on, in the admin.",
            id="templates_app.W003",
        )
        for flow in FlowPrototype.objects.filter(archived_at=None, head=None)
    ]


def _told(problems: list[dict[str, str]]) -> str:
    return "; ".join(f"{found['path']}: {found['message']}" for found in problems if found["level"] == "error")
