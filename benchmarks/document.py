"""Writes what a command measured into its page, between `<!-- measured: name -->` and `<!-- end measured: name -->`."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def write_measured(page: str, name: str, text: str) -> None:
    """Raises ValueError when the page has no such block."""
    file = ROOT / "docs" / page
    block = re.compile(rf"(<!-- measured: {name} -->\n).*?(<!-- end measured: {name} -->)", re.DOTALL)
    before = file.read_text(encoding="utf-8")
    if not block.search(before):
        raise ValueError(f"{file.name} has no block for what {name} measured.")
    file.write_text(block.sub(lambda match: f"{match[1]}{text}\n{match[2]}", before), encoding="utf-8")
