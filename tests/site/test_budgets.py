from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "routilux_site" / "static" / "routilux"


@pytest.mark.parametrize("name", ["frame.css", "site.css", "admin.css"])
def test_it_keeps_each_stylesheet_small(name: str) -> None:
    assert len((STATIC / name).read_bytes()) <= 12 * 1024


def test_it_keeps_all_scripts_of_ours_small() -> None:
    """Compressed, as they are sent; the editor is a vendored file, and loaded only where JSON is edited."""
    scripts = [file for folder in STATIC.parents[2].glob("*/static/*") for file in folder.glob("*.js")]

    assert len(scripts) >= 3
    assert sum(len(gzip.compress(file.read_bytes())) for file in scripts) <= 15 * 1024


def test_it_knows_where_vendored_scripts_come_from() -> None:
    """Each has its checksum in a file beside it. What is not minified there is ours: how it was built."""
    for file in STATIC.parents[2].glob("*/static/**/vendor/**/*.min.js"):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        assert any(digest in beside.read_text(errors="replace") for beside in file.parent.iterdir() if beside != file)
