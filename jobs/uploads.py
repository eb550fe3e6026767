"""Files that routines read: kept in Postgres, so that every host of the Runtime sees them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from jobs.errors import JobError
from jobs.models import Upload

MAX_BYTES = 10 * 1024 * 1024
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class BadUploadName(JobError):
    code = "bad-upload-name"


class UploadTooLarge(JobError):
    code = "upload-too-large"
    status = 413


class UploadTaken(JobError):
    code = "upload-taken"
    status = 403


@dataclass(frozen=True)
class Stored:
    upload: Upload
    created: bool  #: False: it took the place of an upload of that name


def store_upload(*, name: str, content: bytes, actor: AbstractUser | AnonymousUser) -> Stored:
    """Keep `content` under `name`, in place of what was there.

    What somebody else stored is replaced only by who may change uploads. Raises BadUploadName, UploadTooLarge and
    UploadTaken.
    """
    _check(name, content)
    fields = {"content": content, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    with transaction.atomic():
        # Made or locked in one go: of two callers who store a new name at once, the second one replaces.
        rows = list_uploads().select_for_update(of=("self",))
        upload, created = rows.get_or_create(name=name, defaults={**fields, "created_by_id": actor.pk})
        if not created:
            _refuse_strangers(upload, actor)
            rows.filter(pk=upload.pk).update(**fields, created_by=actor.pk, created_at=Now())
    return Stored(list_uploads().get(pk=upload.pk), created)


def _refuse_strangers(upload: Upload, actor: AbstractUser | AnonymousUser) -> None:
    if upload.created_by_id != actor.pk and not actor.has_perm("jobs.change_upload"):
        message = f"{upload.name!r} was stored by somebody else, and you may not change the uploads of others."
        raise UploadTaken(message, path="name")


def list_uploads() -> QuerySet[Upload]:
    """All uploads without their content."""
    return Upload.objects.defer("content").select_related("created_by")


def _check(name: str, content: bytes) -> None:
    if not NAME.fullmatch(name):
        accepted = "letters, digits, '.', '_' and '-', at most 200, the first a letter or a digit"
        raise BadUploadName(f"{name[:80]!r} is not accepted as the name of an upload: {accepted}.", path="name")
    if len(content) > MAX_BYTES:
        raise UploadTooLarge(f"More than {MAX_BYTES} bytes: an upload may have at most so many.", path="body")
