"""Names and the words of error sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from routilux_site.lib.text import listed as listed
from routilux_site.lib.text import shorten as shorten

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def under(path: str, inner: str) -> str:
    """The path `inner`, which is relative to `path`, as a whole one."""
    return f"{path}.{inner}" if path and inner and not inner.startswith("[") else f"{path}{inner}"


def closest_first(name: str, known: Iterable[str]) -> list[str]:
    names = list(known)
    near = get_close_matches(name, names, n=3, cutoff=0.6)
    return [*near, *(other for other in names if other not in near)]


def suggestion(name: str, known: Iterable[str]) -> str:
    """` Did you mean x?` with its leading space, or nothing."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""
