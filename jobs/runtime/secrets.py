"""What the secrets of this host are, and how what a step says is kept free of them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

from templates_app.routines.secret import PREFIX, Lookup, SecretError

HIDDEN: Final = "‹secret›"
#: What is shorter stands in many a word, so that it cannot be hidden.
SHORTEST: Final = 4


class Mask:
    """Puts HIDDEN in the place of each value that it was told, however that is written."""

    __slots__ = ("_forms", "_pattern", "reach")

    def __init__(self) -> None:
        self._forms: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self.reach = 0  #: of a text that is cut, so much of its end may be the beginning of a secret

    def hide(self, value: str) -> None:
        self._forms |= frozenset(_forms(value))
        longest_first = sorted(self._forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        self.reach = len(longest_first[0]) - 1

    def __call__(self, text: str) -> str:
        return self._pattern.sub(HIDDEN, text) if self._pattern else text

    def __bool__(self) -> bool:
        return self._pattern is not None


def lookup(mask: Mask) -> Lookup:
    """Looks up secrets for one step, and has `mask` hide them before anybody can say them."""

    def found(name: str) -> str:
        value = read(name)
        mask.hide(value)
        return value

    return found


def read(name: str) -> str:
    """The secret as it is now in the environment or in its file; raises SecretError, which names it."""
    variable = f"{PREFIX}{name}"
    file = os.environ.get(f"{variable}_FILE")
    value = _content(name, file) if file else os.environ.get(variable)
    if value is None:
        told = f"Set {variable}, or {variable}_FILE to the path of a file, in the environment of the Runtime"
        raise SecretError(f"The secret {name!r} is not set on this host. {told}, and start that again.")
    if len(value) < SHORTEST:
        raise SecretError(f"The secret {name!r} has less than {SHORTEST} characters: too short to be kept out of logs.")
    return value


def _content(name: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SecretError(f"The secret {name!r} cannot be read from its file, {PREFIX}{name}_FILE: {why}.") from None


def _forms(value: str) -> Iterator[str]:
    """As it is, as messages and addresses write it, and the lines of it: logs are kept line by line."""
    yield from (value, repr(value)[1:-1], json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    yield from (quote(value), quote(value, safe=""), quote_plus(value))
    yield from (line for line in value.splitlines() if len(line) >= SHORTEST)
