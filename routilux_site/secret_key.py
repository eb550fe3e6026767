"""The key for a machine of one's own: made once, kept where only its owner reads it."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key

GENERATED_PREFIX = "generated-"


def kept_in(home: Path) -> str:
    """The key in `home`, made at first use; safe when several processes come first."""
    path = home / "secret_key"
    if not path.exists():
        _write_once(path, GENERATED_PREFIX + get_random_secret_key())
    return path.read_text(encoding="utf-8").strip()


def _write_once(path: Path, key: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(key)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
