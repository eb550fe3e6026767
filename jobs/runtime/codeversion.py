"""Which code this process runs: a hash of the module of each registered routine class, taken once.

Coarse on purpose: reading a module is cheap and sees helpers beside the class; a change anywhere in it counts as one.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from pathlib import Path

from routilux_site.lib import strict_json
from templates_app import catalog

UNREADABLE = ""  #: a module without a file, as in a shell: nothing can be said about it


def running() -> tuple[str, dict[str, str]]:
    """The hash of it all, and the hash of each class's module by the name under which the class is known."""
    classes = {name: module_hash(catalog.get(name).cls.__module__) for name in catalog.names()}
    return strict_json.sha256(classes), classes


@cache
def module_hash(name: str) -> str:
    place = getattr(sys.modules.get(name), "__file__", None)
    try:
        return hashlib.sha256(Path(place).read_bytes()).hexdigest()[:16] if place else UNREADABLE
    except OSError:
        return UNREADABLE
