from __future__ import annotations

from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "routilux_site" / "static" / "routilux"


@pytest.mark.parametrize("name", ["frame.css", "site.css", "admin.css"])
def test_it_keeps_each_stylesheet_small(name: str) -> None:
    assert len((STATIC / name).read_bytes()) <= 12 * 1024
