"""Addresses that differ in the id of a job alone: resolved once, because a list has hundreds of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.urls import get_script_prefix, reverse

_NOBODY: Final = UUID(int=0)


def address_of(name: str) -> Callable[[UUID], str]:
    """Where the page or endpoint `name` of a job is, for each id."""
    before, after = _around(name, get_script_prefix())
    return lambda identity: f"{before}{identity}{after}"


@lru_cache(maxsize=64)
def _around(name: str, prefix: str) -> tuple[str, str]:
    """Django resolves against the `prefix` of the thread, so that it belongs to the key."""
    before, _, after = reverse(name, args=[_NOBODY]).partition(str(_NOBODY))
    return before, after
