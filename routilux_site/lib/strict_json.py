"""The one gate for JSON that enters or leaves: forms, API, imports and what routines emit.

Postgres, browsers and the JSON standard disagree on NaN, NUL, lone surrogates, huge integers and duplicate keys;
whatever passes here means the same to all of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, ClassVar, NoReturn, TypeAlias

from routilux_site.lib.errors import RoutiluxError, join_path

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

MIN_INT, MAX_INT = -(2**63), 2**63 - 1
_ACCEPTED = frozenset({dict, list, bool, type(None)})


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_bytes` bounds the text; `max_string` (characters) bounds one string or key; a scalar has depth 0."""

    max_bytes: int = 1024 * 1024
    max_depth: int = 32
    max_nodes: int = 100_000
    max_string: int = 256 * 1024


LIMITS = Limits()


class StrictJSONError(RoutiluxError):
    code: ClassVar[str] = "invalid-json"
    title: ClassVar[str] = "This is not acceptable JSON"


class JSONTooLargeError(StrictJSONError):
    code: ClassVar[str] = "json-too-large"
    status: ClassVar[int] = 413
    title: ClassVar[str] = "This is more JSON than is accepted"


class _SuspectError(Exception):
    """The fast walk saw something wrong; the slow walk will say what and where."""


class _Refused:
    """Stands in a parsed document for what Python's parser would have let through, until `check` names its place."""

    def __init__(self, message: str) -> None:
        self.message = message


def loads(data: bytes | str, *, limits: Limits = LIMITS) -> Json:
    """Parse one JSON document; raises StrictJSONError with line and column, or with the path of what is refused."""
    text = _text(data, limits)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise StrictJSONError(f"Line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except RecursionError as error:
        raise StrictJSONError(f"Nested too deeply: at most {limits.max_depth} levels are accepted.") from error
    return check(value, limits=limits)


def check(value: object, *, limits: Limits = LIMITS, path: str = "") -> Json:
    """Return `value` itself if it is JSON within the limits; raises StrictJSONError whose path starts with `path`."""
    try:
        _walk((value,), limits.max_depth, limits.max_nodes, limits.max_string)
    except _SuspectError:
        _explain(value, path, limits)
    return value  # type: ignore[return-value] # that is what was looked at


def copy(value: object, *, limits: Limits = LIMITS, path: str = "") -> Json:
    """`check`, then a deep copy that shares no container with `value`."""
    copied: Json = clone(check(value, limits=limits, path=path))
    return copied


def clone(value: Any) -> Any:
    """A deep copy of a checked value. Hot: most members are no containers, and are not looked at one by one."""
    kind = type(value)
    if kind is not dict and kind is not list:
        return value
    copied = value.copy()
    for place, child in copied.items() if kind is dict else enumerate(copied):
        if type(child) in _CONTAINERS:
            copied[place] = clone(child)
    return copied


def dumps(value: object) -> str:
    """Compact JSON text of a checked value, keys in their own order."""
    return _COMPACT.encode(check(value))


def canonical(value: object) -> str:
    """The one text of a value: sorted keys, no spaces. Equal values have equal text (1 and 1.0 are not equal here)."""
    return _CANONICAL.encode(check(value))


def sha256(value: object) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


_CONTAINERS = frozenset((dict, list))
_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_CANONICAL = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)


def _text(data: bytes | str, limits: Limits) -> str:
    try:
        raw = data.encode() if isinstance(data, str) else data
        if len(raw) > limits.max_bytes:
            raise JSONTooLargeError(f"Too large: at most {limits.max_bytes} bytes are accepted.")
        text = raw.decode()
    except UnicodeError as error:
        raise StrictJSONError(f"Not valid UTF-8 at position {_position(error)}.") from error
    if text.startswith("\ufeff"):
        raise StrictJSONError("Starts with a byte order mark: plain UTF-8 without one is accepted.")
    if not text.strip():
        raise StrictJSONError("Empty: a JSON document is expected.")
    return text


def _position(error: UnicodeError) -> int:
    return error.start if isinstance(error, UnicodeDecodeError | UnicodeEncodeError) else 0


def _parse_object(pairs: list[tuple[str, object]]) -> object:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    seen: set[str] = set()
    twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return _Refused(f"The key {_shorten(twice)} stands here twice: each key is accepted once.")


def _parse_int(digits: str) -> object:
    # int() is quadratic in the number of digits, and refuses more than 4300 with an error of its own
    return int(digits) if len(digits) <= 20 else _Refused(_int_message(f"{digits[:20]}…"))


def _parse_constant(name: str) -> object:
    return _Refused(f"{name} is not JSON: a finite number or null is accepted.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_parse_object, parse_int=_parse_int, parse_constant=_parse_constant, strict=True
)


def _walk(children: Any, depth: int, left: int, max_string: int) -> int:
    """Look at the members of one container; returns how many nodes may still come. Hot: no path, few calls."""
    left -= len(children)
    if left < 0 or depth < 0:
        raise _SuspectError
    for child in children:
        kind = type(child)
        if kind is str:
            if not _is_clean(child, max_string):
                raise _SuspectError
        elif kind is int:
            if not MIN_INT <= child <= MAX_INT:
                raise _SuspectError
        elif kind is dict:
            for key in child:
                if type(key) is not str or not _is_clean(key, max_string):
                    raise _SuspectError
            left = _walk(child.values(), depth - 1, left, max_string)
        elif kind is list:
            left = _walk(child, depth - 1, left, max_string)
        elif kind is float:
            if not isfinite(child):
                raise _SuspectError
        elif child is not None and kind is not bool:
            raise _SuspectError
    return left


def _is_clean(text: str, max_string: int) -> bool:
    return "\0" not in text and len(text) <= max_string and (text.isascii() or _has_no_surrogate(text))


def _has_no_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _explain(value: object, path: str, limits: Limits) -> NoReturn:
    """Find the first thing that `_walk` stumbled over. Slow, and bounded by the same limits."""
    budget = iter(range(limits.max_nodes))
    _inspect(value, path, limits, limits.max_depth, budget)
    raise StrictJSONError("Not acceptable JSON.", path=path)


def _inspect(value: object, path: str, limits: Limits, depth: int, budget: Iterator[int]) -> None:
    if next(budget, None) is None:
        raise StrictJSONError(f"More than {limits.max_nodes} values: at most so many are accepted.", path=path)
    problem = _problem(value, limits)
    if problem:
        raise StrictJSONError(problem, path=path)
    if isinstance(value, dict | list):
        if depth == 0:
            raise StrictJSONError(f"Nested too deeply: at most {limits.max_depth} levels are accepted.", path=path)
        for key, child in _members(value, path, limits):
            _inspect(child, join_path(path, key), limits, depth - 1, budget)


def _members(container: dict[Any, Any] | list[Any], path: str, limits: Limits) -> Iterator[tuple[str | int, object]]:
    if isinstance(container, list):
        yield from enumerate(container)
        return
    for key, child in container.items():
        if type(key) is not str:
            message = f"The key {_shorten(key)} is of type {type(key).__name__}: only text is accepted as a key."
            raise StrictJSONError(message, path=path)
        problem = _string_problem(key, limits)
        if problem:
            raise StrictJSONError(f"The key {_shorten(key)} is refused. {problem}", path=path)
        yield key, child


def _problem(value: Any, limits: Limits) -> str | None:
    if isinstance(value, _Refused):
        return value.message
    kind = type(value)
    if kind is str:
        return _string_problem(value, limits)
    if kind is int:
        return None if MIN_INT <= value <= MAX_INT else _int_message(_shorten(value))
    if kind is float:
        return None if isfinite(value) else f"{value} is not JSON: a finite number or null is accepted."
    if kind in _ACCEPTED:
        return None
    return (
        f"{_shorten(value)} is of type {kind.__module__}.{kind.__qualname__}: "
        "only dict, list, str, int, float, bool and None are accepted."
    )


def _string_problem(text: str, limits: Limits) -> str | None:
    if len(text) > limits.max_string:
        return f"{len(text)} characters long: at most {limits.max_string} are accepted in one text."
    if "\0" in text:
        return f"A NUL character at position {text.index(chr(0))}: text without NUL is accepted."
    if not _has_no_surrogate(text):
        return f"Half of a surrogate pair in {_shorten(text)}: only whole characters are accepted."
    return None


def _int_message(number: str) -> str:
    return f"The integer {number} needs more than 64 bits: write it as text."


def _shorten(value: object) -> str:
    # repr of a huge int is refused by Python itself, and repr of a stranger's object may be anything
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - whatever a stranger's __repr__ raises, the refusal itself must be told
        text = f"a {type(value).__name__}"
    text = text.encode("ascii", "backslashreplace").decode() if not _has_no_surrogate(text) else text
    return text if len(text) <= 60 else f"{text[:57]}..."
