from __future__ import annotations

from pathlib import Path

from django.core.management.utils import get_random_secret_key

from routilux_site.lib.once import read_or_make

GENERATED_PREFIX = "generated-"


def kept_in(home: Path) -> str:
    """The key for a machine of one's own: made at first use, kept where only its owner reads it."""
    return read_or_make(home / "secret_key", lambda: GENERATED_PREFIX + get_random_secret_key())
