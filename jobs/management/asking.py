"""Who asks on the command line, and which flow and which job they mean. Without `--as` it is the system, which may all.

With `--as` the same holds as for that user's own requests: what they may not see is not there.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.db.models import QuerySet

from jobs import access
from jobs.api.base import UNREAD
from jobs.models import Job, PrunedJob
from jobs.models.job import JobQuerySet
from jobs.search.apply import id_range
from routilux_site.lib import strict_json
from templates_app.document import accepted_names
from templates_app.models import FlowPrototype
from templates_app.routines.text import shorten

REFUSED = 3  #: exit code: nothing was done; 1 and 2 say how a job that was followed has ended
FEW = 3

Asker = User | None


class Refused(CommandError):
    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=REFUSED)


def asker(username: str | None) -> Asker:
    if username is None:
        return None
    user = User.objects.filter(username=username).first() if "\0" not in username else None
    if user is None:
        raise Refused(f"There is no user {username!r}; `manage.py createsuperuser` makes one.")
    if not user.is_active:
        raise Refused(f"The user {username!r} is not active and may do nothing.")
    return user


def must(user: Asker, permission: str) -> None:
    if user is not None and not user.has_perm(permission):
        raise Refused(f"The user {user.get_username()!r} lacks the permission {permission}.")


def flows(user: Asker) -> QuerySet[FlowPrototype]:
    return FlowPrototype.objects.all() if user is None else access.visible_flows(user)


def flow_called(name: str, user: Asker) -> FlowPrototype:
    found = flows(user).select_related("head", "parent").filter(name=name).first() if "\0" not in name else None
    if found is None:
        names = flows(user).filter(archived_at=None).values_list("name", flat=True)
        raise Refused(f"There is no flow {shorten(name)}. {accepted_names(name, names)}")
    return found


def jobs(user: Asker) -> JobQuerySet:
    rows = Job.objects.all() if user is None else access.visible_jobs(user)
    return rows.select_related("flow", "revision", "actor", "token").defer(*UNREAD)


def job_called(text: str, user: Asker) -> Job:
    """By its id, or by a beginning of it that is the beginning of no other's."""
    bounds = id_range(text)
    if bounds is None:
        raise Refused(f"{text[:80]!r} is no beginning of an id: 0-9, a-f and - are accepted.")
    found = list(jobs(user).filter(id__range=bounds).order_by("-id")[:FEW])
    if not found:
        _tell_pruned(bounds, user)
        raise Refused(f"There is no job {text!r}; `manage.py jobs list` shows the newest.")
    if len(found) > 1:
        these = ", ".join(str(job.pk) for job in found)
        raise Refused(f"{text!r} is the beginning of more than one id: {these}. Give more of it.")
    return found[0]


def _tell_pruned(bounds: tuple[UUID, UUID], user: Asker) -> None:
    rows = PrunedJob.objects.all() if user is None else access.visible_pruned(user)
    stub = rows.filter(id__range=bounds).select_related("flow").first()
    if stub is not None:
        kept = f"{stub.pk} of the flow {stub.flow.name} {stub.status} at {stub.finished_at:%Y-%m-%d %H:%M} UTC"
        raise Refused(f"The history of this job was pruned. What was kept of it: {kept}.")


def input_from(text: str | None) -> Any:
    """JSON as it stands, in a file (`@path`), or on standard input (`-`); absent: an empty object."""
    if text is None:
        return {}
    if text == "-":
        return strict_json.loads(sys.stdin.read(strict_json.LIMITS.max_bytes + 1))
    return strict_json.loads(_contents(Path(text[1:])) if text.startswith("@") else text)


def overrides_from(text: str | None) -> dict[str, Any] | None:
    """A JSON object as `input_from` reads it; absent, there are none."""
    found = input_from(text) if text is not None else None
    if found is None or isinstance(found, dict):
        return found
    raise Refused(f'--overrides is a JSON object, {{"settings": ..., "nodes": ...}}; this is a {type(found).__name__}.')


def moment_from(text: str | None) -> datetime | None:
    """A moment; whether it lies in bounds and has a time zone, the verb decides."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"--start-at {text[:80]!r} is no time: write it as 2026-11-24T06:00:00+01:00.") from error


def _contents(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(strict_json.LIMITS.max_bytes + 1)
    except (OSError, ValueError) as error:
        raise Refused(f"The input cannot be read from {str(path)!r}: {error}.") from error
