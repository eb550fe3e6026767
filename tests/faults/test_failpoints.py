"""Failpoints are off unless asked for, fire as often as there are files, and stand where they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jobs.runtime import failpoints

RUNTIME = Path(failpoints.__file__).parent


@pytest.fixture
def fired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    fired: list[str] = []
    monkeypatch.setattr(failpoints, "FOLDER", str(tmp_path))
    monkeypatch.setattr(failpoints, "ACTIONS", {"note": lambda: fired.append("note")})
    return fired


def hits(times: int) -> None:
    for _ in range(times):
        failpoints._hit("in_step")


def test_it_fires_once_for_each_file(tmp_path: Path, fired: list[str]) -> None:
    for name in ("in_step.1", "in_step.2", "after_claim.1"):
        (tmp_path / name).write_text("note")

    hits(5)

    left = {path.name for path in tmp_path.iterdir() if not path.name.startswith("fired.")}
    assert (len(fired), left) == (2, {"after_claim.1"})


def test_it_draws_lots_from_its_seed(tmp_path: Path, fired: list[str]) -> None:
    (tmp_path / "in_step.never").write_text("note 0 7")
    (tmp_path / "in_step.some").write_text("note 0.1 7")

    hits(100)

    assert (len(fired), (tmp_path / "in_step.never").exists()) == (1, True)


def test_it_lets_a_fault_be_taken_by_whoever_is_first(
    tmp_path: Path, fired: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failpoints, "_waiting", lambda place: iter([tmp_path / "in_step.gone"]))

    hits(1)

    assert fired == []


def test_it_is_an_empty_call_when_off() -> None:
    assert (failpoints.FOLDER, failpoints.hit) == ("", failpoints._nothing)


def test_it_stands_at_every_place() -> None:
    code = "\n".join(path.read_text() for path in RUNTIME.rglob("*.py"))
    assert set(re.findall(r'failpoints\.hit\("(\w+)"\)', code)) == set(failpoints.PLACES)
