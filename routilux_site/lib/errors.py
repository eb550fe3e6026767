"""The one shape of a refusal: what is wrong, where, and a stable code that doors and tests can rely on."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SEGMENT = re.compile(r'\.?([^.\["]+)|\[("(?:[^"\\]|\\.)*")\]')


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """One place that is wrong. `path` is dotted (`nodes.clean.config.timeout`), empty for the whole."""

    path: str
    code: str
    message: str


class RoutiluxError(Exception):
    """Base of every error that a caller may be shown; `status` is what HTTP answers for it."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request was refused"

    def __init__(self, message: str, *, path: str = "", errors: Sequence[ErrorDetail] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message

    def details(self) -> tuple[ErrorDetail, ...]:
        """The places that are wrong: `errors`, or this error itself as the only one."""
        return self.errors or (ErrorDetail(self.path, self.code, self.message),)


def join_path(path: str, key: str | int) -> str:
    """Append a key or an index: `nodes.clean`; a key that is no plain word is quoted: `a["b.c"]`."""
    text = str(key)
    if not _PLAIN_KEY.fullmatch(text):
        return f"{path}[{json.dumps(text)}]"
    return f"{path}.{text}" if path else text


def split_path(path: str) -> tuple[str, ...]:
    """The keys that `join_path` joined: `nodes.a["b.c"]` is `("nodes", "a", "b.c")`; what is no key is left out."""
    return tuple(json.loads(quoted) if quoted else plain for plain, quoted in _SEGMENT.findall(path))


def pointer(path: str) -> str:
    """The JSON Pointer (RFC 6901) of a dotted path: `nodes.clean` is `/nodes/clean`; empty stays empty."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in split_path(path))
