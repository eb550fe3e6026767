"""Runs the Python of a page: programs as programs, sessions as doctests, all in one namespace."""

from __future__ import annotations

import doctest
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from tests.docs.markdown import Block, blocks
from tests.docs.shell import Shell

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_page(page: str, shell: Shell, *, change: Callable[[str], str] = str) -> dict[str, Any]:
    """Run what stands on a page from top to bottom; `change` adapts a program before it runs."""
    # A module that is known: pydantic looks there for what annotations name.
    names = vars(sys.modules.setdefault("page", ModuleType("page")))
    names.clear()
    names["__name__"] = "page"
    for block in blocks(page):
        if block.language == "sh":
            shell.run(block.text)
        elif block.language == "pycon":
            _session(block, names)
        elif block.language == "python" and not block.file:
            program = "\n" * (block.line - 1) + change(block.text)
            exec(compile(program, page, "exec"), names)  # noqa: S102 - our own documentation
    return names


def _session(block: Block, names: dict[str, Any]) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, {}, block.page, block.page, block.line - 1)
    test.globs = names
    doctest.DebugRunner(optionflags=OPTIONS).run(test, clear_globs=False)
