"""What the documentation consists of: pages, headings, links and fenced blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from docs.generate import ROOT, pages

FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)
NAMES = [page.relative_to(ROOT).as_posix() for page in pages()]


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    language: str
    file: str  #: where a newcomer puts it; empty when it is only to be run
    text: str


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str) -> list[Block]:
    whole = read(page)
    found = []
    for match in FENCE.finditer(whole):
        language, _, rest = match["info"].partition(" ")
        line = whole.count("\n", 0, match.start()) + 2
        found.append(Block(page, line, language, rest.removeprefix("file="), match["text"]))
    return found


def prose(page: str) -> str:
    return FENCE.sub("", read(page))


def links(page: str) -> list[str]:
    return [match["target"] for match in LINK.finditer(prose(page))]


def anchors(page: Path) -> set[str]:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return {_slug(match["text"]) for match in HEADING.finditer(text)}


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
