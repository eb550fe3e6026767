"""Read settings from the environment, and say loudly what is wrong with one."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_BOOLS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def envstr(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def envbool(name: str, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return _BOOLS[value.strip().lower()]
    except KeyError:
        raise ImproperlyConfigured(f"{name} is {value!r}: use 'True' or 'False'.") from None


def envint(name: str, default: int, *, minimum: int | None = None) -> int:
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}: use a whole number.") from None
    _check_minimum(name, number, minimum)
    return number


def envfloat(name: str, default: float, *, minimum: float | None = None) -> float:
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        number = float(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}: use a number, such as 2.5.") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise ImproperlyConfigured(f"{name} is {value!r}: use a finite number, such as 2.5.")
    _check_minimum(name, number, minimum)
    return number


def envrate(name: str, default: str) -> tuple[int, int] | None:
    """`600/minute` as (600, 60); None for `off`."""
    value = os.environ.get(name, default).strip()
    count, _, unit = value.partition("/")
    if value == "off":
        return None
    if not (count.isascii() and count.isdigit() and 0 < int(count) <= 10**9 and unit in _UNITS):
        raise ImproperlyConfigured(f"{name} is {value!r}: use a rate such as '600/minute', or 'off'.")
    return int(count), _UNITS[unit]


def envchoice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = os.environ.get(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}: use one of {', '.join(choices)}.")
    return value


def envlist(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def envsecret(name: str) -> str | None:
    """The variable itself, or the first line of the file that `<name>_FILE` points to; None when neither is set."""
    file = os.environ.get(f"{name}_FILE")
    if not file:
        return os.environ.get(name) or None
    if os.environ.get(name):
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: keep one of them.")
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE is {file!r}, which cannot be read: {error.strerror}.") from error
    if not lines or not lines[0].strip():
        raise ImproperlyConfigured(f"{name}_FILE is {file!r}, which is empty: put the secret on its first line.")
    return lines[0].strip()


def _check_minimum(name: str, number: float, minimum: float | None) -> None:
    if minimum is not None and number < minimum:
        raise ImproperlyConfigured(f"{name} is {number}: the least that works is {minimum}.")
