"""What is measured gets into its page and nowhere else, and a setting that is not understood costs nobody an hour."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import document
from benchmarks.document import publish, said


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(document, "ROOT", tmp_path)
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    page.write_text("before\n<!-- measured: x -->\nold\n<!-- end measured: x -->\nafter\n")
    return page


def test_it_writes_what_was_measured_into_its_place(page: Path) -> None:
    publish("new \\1", "page.md", "x", said={"DOC": "1"})

    assert page.read_text() == "before\n<!-- measured: x -->\nnew \\1\n<!-- end measured: x -->\nafter\n"


def test_it_writes_nothing_that_nobody_asked_for(page: Path) -> None:
    publish("new", "page.md", "x", said={})

    assert "old" in page.read_text()


def test_it_hears_settings_from_make_and_behind_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEED", "7")
    monkeypatch.setenv("MINUTES", "1")

    told = said(["MINUTES=20", "JSON=a=b"])

    assert (told["SEED"], told["MINUTES"], told["JSON"]) == ("7", "20", "a=b")


@pytest.mark.parametrize("word", ["20", "--quick", "DOC=", "doc=1"])
def test_it_refuses_a_setting_that_it_does_not_understand(word: str) -> None:
    with pytest.raises(SystemExit, match="NAME=value"):
        said([word])
