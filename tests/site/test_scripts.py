"""What a browser is sent: little of ours, and what is not ours is what it says it is."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = sorted(path for path in ROOT.glob("*/static/**/*.js") if "vendor" not in path.parts)
VENDOR = ROOT / "routilux_site" / "static" / "vendor"
SUMS = sorted(VENDOR.glob("*/SHA256SUMS"))
MOST = 15 * 1024


def test_it_sends_few_scripts_of_ours() -> None:
    assert sum(len(gzip.compress(path.read_bytes())) for path in OURS) <= MOST


@pytest.mark.parametrize("sums", SUMS, ids=lambda path: path.parent.name)
def test_it_has_vendored_files_as_they_were_built(sums: Path) -> None:
    for line in sums.read_text(encoding="utf-8").splitlines():
        wanted, name = line.split()
        assert hashlib.sha256((sums.parent / name).read_bytes()).hexdigest() == wanted


@pytest.mark.parametrize("folder", [sums.parent for sums in SUMS], ids=lambda path: path.name)
def test_it_says_whose_they_are_and_how_they_are_built(folder: Path) -> None:
    assert "Permission is hereby granted" in (folder / "LICENSE").read_text(encoding="utf-8")
    assert "esbuild" in (folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [*OURS, *VENDOR.rglob("*.js")], ids=lambda path: path.name)
def test_it_evaluates_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert "eval(" not in text
    assert "new Function" not in text


def test_it_looks_at_the_editor() -> None:
    assert [sums.parent.name for sums in SUMS] == ["codemirror"]
