"""What a command that measures was told, and where it writes what it found: into its page, between
`<!-- measured: name -->` and `<!-- end measured: name -->`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


def said(words: Sequence[str]) -> Mapping[str, str]:
    """By the environment, as make does it, and by `NAME=value` behind the name of the command."""
    strange = [word for word in words if not re.fullmatch(r"[A-Z]+=.+", word)]
    if strange:
        sys.exit(f"{strange[0]!r} is not understood: settings are written NAME=value, for example DOC=1.")
    return {**os.environ, **dict(word.split("=", 1) for word in words)}


def publish(text: str, page: str, name: str, *, said: Mapping[str, str]) -> None:
    """Print what was measured, and with DOC=1 write it down."""
    print(text)
    if said.get("DOC"):
        write_measured(page, name, text)


def write_measured(page: str, name: str, text: str) -> None:
    """Raises ValueError when the page has no such block."""
    file = ROOT / "docs" / page
    block = re.compile(rf"(<!-- measured: {name} -->\n).*?(<!-- end measured: {name} -->)", re.DOTALL)
    before = file.read_text(encoding="utf-8")
    if not block.search(before):
        raise ValueError(f"{file.name} has no block for what {name} measured.")
    file.write_text(block.sub(lambda match: f"{match[1]}{text}\n{match[2]}", before), encoding="utf-8")
