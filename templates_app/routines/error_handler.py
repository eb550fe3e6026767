"""What happens when logic raises: stop, continue, skip or retry. A handler decides, and counts nothing itself."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeAlias, TypeVar

from routilux_site.lib.errors import join_path
from templates_app.routines.errors import ErrorHandlerError
from templates_app.routines.text import listed, shorten, suggestion, under

E = TypeVar("E", bound=type[BaseException])

Kind: TypeAlias = Literal["stop", "continue", "skip", "retry"]

STRATEGIES: tuple[Kind, ...] = ("stop", "continue", "skip", "retry")
MAX_RETRIES = 1000
MAX_DELAY = 7 * 24 * 3600.0
_BOUNDS = {
    "retry_delay": (0.0, MAX_DELAY),
    "retry_backoff": (1.0, 100.0),
    "max_delay": (0.0, MAX_DELAY),
    "jitter": (0.0, 1.0),
}

_exceptions: dict[str, type[BaseException]] = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception) and not issubclass(value, Warning)
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`delay` is in seconds, and counts for retry alone."""

    kind: Kind
    delay: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ErrorHandler:
    """One routine or flow may have one; routine beats flow beats stop.

    retry: `1 + max_retries` calls in total, waiting `retry_delay * retry_backoff ** n` seconds (at most `max_delay`,
    give or take the share `jitter`), then `on_exhausted`. Only exceptions whose class, or a base of it, has a name in
    `retryable_exceptions` are retried; all others stop at once.
    """

    strategy: Kind = "stop"
    max_retries: int = 3
    retry_delay: float = 1.0
    retry_backoff: float = 2.0
    max_delay: float = 3600.0
    jitter: float = 0.0
    retryable_exceptions: tuple[str, ...] = ("Exception",)
    on_exhausted: Kind = "stop"
    is_critical: bool = False

    def __post_init__(self) -> None:
        _check_choice("strategy", self.strategy, STRATEGIES)
        _check_choice("on_exhausted", self.on_exhausted, STRATEGIES[:3])
        if type(self.max_retries) is not int or not 0 <= self.max_retries <= MAX_RETRIES:
            raise _refusal("max_retries", self.max_retries, f"a whole number from 0 to {MAX_RETRIES}")
        for key, (low, high) in _BOUNDS.items():
            _check_number(key, getattr(self, key), low, high)
            # 1 and 1.0 mean the same, and must have the same canonical text
            object.__setattr__(self, key, float(getattr(self, key)))
        if type(self.is_critical) is not bool:
            raise _refusal("is_critical", self.is_critical, "true or false")
        object.__setattr__(self, "retryable_exceptions", _names(self.retryable_exceptions))

    @classmethod
    def from_json(cls, data: object, path: str = "error_handler") -> ErrorHandler:
        """The handler that a JSON object means; None means stop. Raises ErrorHandlerError with a path below `path`."""
        if data is None:
            return cls()
        if not isinstance(data, dict):
            example = 'an object like {"strategy": "retry", "max_retries": 3}'
            raise ErrorHandlerError(f"{shorten(data)} is not accepted: {example} is.", path=path)
        _check_keys(data, [field.name for field in fields(cls)], path)
        try:
            return cls(**data)
        except ErrorHandlerError as error:
            raise ErrorHandlerError(error.message, path=under(path, error.path)) from None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "retryable_exceptions": list(self.retryable_exceptions)}

    def decide(self, exception: BaseException, errors: int, random: float) -> Verdict:
        """`errors`: how often this activation has failed, this time included; `random`: from 0 to 1, for jitter."""
        if self.strategy != "retry":
            return Verdict(self.strategy)
        if not self.retries(exception):
            return Verdict("stop", reason=f"{type(exception).__name__} is not retryable")
        if errors > self.max_retries:
            return Verdict(self.on_exhausted, reason=f"failed {errors} times, {self.max_retries} retries used")
        return Verdict("retry", self._delay(errors, random), f"retry {errors} of {self.max_retries}")

    def retries(self, exception: BaseException) -> bool:
        return any(base.__name__ in self.retryable_exceptions for base in type(exception).__mro__)

    def _delay(self, errors: int, random: float) -> float:
        try:
            delay = self.retry_delay * self.retry_backoff ** (errors - 1)
        except OverflowError:
            delay = self.max_delay
        spread = 1.0 + self.jitter * (2.0 * random - 1.0)
        return min(self.max_delay, delay * spread)


def register_exception(cls: E) -> E:
    """Let templates name this exception class in `retryable_exceptions`. Usable as a decorator."""
    given: object = cls
    if not (isinstance(given, type) and issubclass(given, BaseException)):
        raise ErrorHandlerError(f"{cls!r} is not an exception class.")
    if _exceptions.setdefault(cls.__name__, cls) is not cls:
        raise ErrorHandlerError(f"Another exception class is known as {cls.__name__}: give this one a name of its own.")
    return cls


def exception_names() -> list[str]:
    """The names that `retryable_exceptions` accepts."""
    return sorted(_exceptions)


def exception_named(name: str) -> type[BaseException]:
    """The class behind one of `exception_names`."""
    return _exceptions[name]


def _names(given: object) -> tuple[str, ...]:
    """Names, or exception classes as Python code writes them; the classes become known by their names."""
    if not isinstance(given, list | tuple) or not given:
        raise _refusal("retryable_exceptions", given, "a list of at least one exception name")
    return tuple(_exception_name(index, one) for index, one in enumerate(given))


def _exception_name(index: int, given: object) -> str:
    if isinstance(given, type) and issubclass(given, BaseException):
        return register_exception(given).__name__
    if isinstance(given, str) and given in _exceptions:
        return given
    hint = suggestion(given, _exceptions) if isinstance(given, str) else ""
    accepted = "built-in exceptions and those that register_exception made known are accepted"
    raise ErrorHandlerError(
        f"{shorten(given)} is no known exception.{hint} The names of {accepted}.", path=f"retryable_exceptions.{index}"
    )


def _check_choice(key: str, value: object, accepted: tuple[Kind, ...]) -> None:
    if value not in accepted:
        hint = suggestion(value, accepted) if isinstance(value, str) else ""
        message = f"{shorten(value)} is not accepted.{hint} Accepted: {listed(accepted)}."
        raise ErrorHandlerError(message, path=key)


def _check_number(key: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise _refusal(key, value, f"a number from {low:g} to {high:g}")


def _check_keys(data: Mapping[str, object], accepted: list[str], path: str) -> None:
    for key in data:
        if key not in accepted:
            message = f"There is no such setting.{suggestion(key, accepted)} Accepted: {listed(accepted)}."
            raise ErrorHandlerError(message, path=join_path(path, key))


def _refusal(key: str, value: object, accepted: str) -> ErrorHandlerError:
    return ErrorHandlerError(f"{shorten(value)} is not accepted: {accepted}.", path=key)
