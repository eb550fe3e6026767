"""If-Match: whoever writes says what they had read, so that nobody's change is lost."""

from __future__ import annotations

import re
from typing import ClassVar

from templates_app import guards
from templates_app.errors import TemplateError
from templates_app.models import Prototype
from templates_app.refusals import StaleVersion

_TAG = re.compile(r'(?:W/)?"(?P<tag>[!#-~\x80-\xff]*)"')
_LONGEST = 4096


class PreconditionRequired(TemplateError):
    code: ClassVar[str] = "precondition-required"
    status: ClassVar[int] = 428
    title: ClassVar[str] = "If-Match is required"


class PreconditionFailed(TemplateError):
    """`etag` is what the template is at now."""

    code: ClassVar[str] = "stale-version"
    status: ClassVar[int] = 412
    title: ClassVar[str] = "Somebody else changed this template meanwhile"

    def __init__(self, message: str, *, etag: str) -> None:
        super().__init__(message, path="If-Match")
        self.headers = {"ETag": etag}


def version_to_write(header: str | None, prototype: Prototype, etag: str, *, required: bool) -> int | None:
    """The version that the caller had read; None where they do not care. Raises when it is not what stands there.

    A weak form of a tag counts as the tag: proxies that compress weaken tags, and what we tag has one form only.
    """
    if header is None:
        if not required:
            return None
        message = f"Say what you had read: `If-Match: {etag}` as in `ETag` of GET, or `*` for whatever stands there."
        raise PreconditionRequired(message, path="If-Match")
    if header.strip() == "*":
        return prototype.version
    tags = [found["tag"] for found in _TAG.finditer(header[:_LONGEST])]
    if etag.strip('"') not in tags:
        raise PreconditionFailed(_why(prototype, tags), etag=etag)
    return prototype.version


def stale(error: StaleVersion, etag: str) -> PreconditionFailed:
    return PreconditionFailed(error.message, etag=etag)


def _why(prototype: Prototype, tags: list[str]) -> str:
    version = tags[0].partition("-")[0] if tags else ""
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        return f"This is no tag of ‘{prototype}’: take the `ETag` of the answer that you had read."
    try:
        guards.refuse_stale(prototype, int(version))
    except StaleVersion as error:
        return error.message
    return f"Something that ‘{prototype}’ builds on has changed meanwhile. Nothing was saved: read it again."
