from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

from routilux_site.lib.once import read_or_make


def test_it_makes_one_text_however_many_come_first(tmp_path: Path) -> None:
    path = tmp_path / "new" / "text"
    with ThreadPoolExecutor(8) as pool:
        texts = set(pool.map(lambda _: read_or_make(path, lambda: uuid4().hex), range(32)))
    assert len(texts) == 1


def test_it_is_for_the_owner_only(tmp_path: Path) -> None:
    read_or_make(tmp_path / "text", lambda: "x")
    assert (tmp_path / "text").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["text"]
