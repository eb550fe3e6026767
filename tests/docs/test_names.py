"""Names that the documentation mentions exist, and its tables say what the code says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from docs.environment import ELSEWHERE, MEANINGS, variables
from docs.generate import ROOT, pages, refreshed
from tests.docs.markdown import NAMES, anchors, links, prose, read

TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
VARIABLE = re.compile(r"\b(?:export ([A-Z][A-Z_]+)=|make \w+ ([A-Z][A-Z_]+)=|`([A-Z][A-Z]*_[A-Z_]+)`)")
FILE = re.compile(r"`((?:tests|samples|docs|jobs|templates_app|routilux_site|requirements)/[\w./-]+\.\w+)`")
PROMISE = (
    "Each step's code runs at least once; its result is committed exactly once: output, follow-up steps and every row "
    "written through the same Django connection. Whatever process is killed at whatever instant, no job accepted by "
    'the API is lost, none stays "running" for ever, and no stale worker can write. Running jobs never see an edit of '
    "a template."
)
#: Set by the reader for himself, or a constant in the code.
OWN = {
    "ROUTILUX_TOKEN",
    "JOB",
    "BY_CATEGORY",
    "SECRET_KEY_FILE",
    "DATABASE_URL_FILE",
    "ROUTILUX_SECRET_SHOP_KEY",
    "ROUTILUX_SECRET_SHOP_KEY_FILE",
}


@pytest.mark.parametrize("page", NAMES)
def test_it_links_to_what_is_there(page: str) -> None:
    here = (ROOT / page).parent
    for target in links(page):
        if not target.startswith(("http://", "https://")):
            path, _, anchor = target.partition("#")
            file = (here / path).resolve() if path else ROOT / page
            assert file.exists(), target
            assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", [path.relative_to(ROOT).as_posix() for path in pages()])
def test_it_has_fresh_tables(page: str) -> None:
    assert refreshed(read(page)) == read(page), "run python -m docs.generate"


@pytest.mark.parametrize("page", NAMES)
def test_it_names_tests_that_exist(page: str) -> None:
    for file, name in TEST.findall(read(page)):
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("page", NAMES)
def test_it_names_files_that_exist(page: str) -> None:
    assert [name for name in FILE.findall(read(page)) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", NAMES)
def test_it_names_variables_that_something_reads(page: str) -> None:
    known = {one.name for one in variables()} | ELSEWHERE | OWN
    named = {next(filter(None, match)) for match in VARIABLE.findall(read(page))}
    assert named <= known


def test_it_explains_every_variable() -> None:
    assert {one.name for one in variables()} == MEANINGS.keys()


def test_it_lists_every_page() -> None:
    told = {(ROOT / "docs" / target).resolve() for target in links("docs/README.md")}
    told |= {(ROOT / "docs" / "adr" / target).resolve() for target in links("docs/adr/README.md")}
    missing = {page.resolve() for page in (ROOT / "docs").rglob("*.md")} - told
    assert missing == {ROOT / "docs" / "README.md"}


def test_it_gives_the_promise_word_for_word() -> None:
    assert PROMISE in read("README.md").replace("\n> ", " ")


@pytest.mark.parametrize("page", sorted(Path(ROOT, "docs", "adr").glob("0*.md")))
def test_it_keeps_a_decision_short(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 40
    assert re.findall(r"^## (\w+)", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


@pytest.mark.parametrize("page", NAMES)
def test_it_breaks_its_lines(page: str) -> None:
    lines = [line for line in prose(page).splitlines() if not line.startswith(("|", "#", "!["))]
    assert [line for line in lines if len(line) > 120 and " " in line] == []
