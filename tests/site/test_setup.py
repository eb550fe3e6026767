from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in (".ci", "requirements"):
        shutil.copytree(settings.BASE_DIR / name, tmp_path / name)
    return tmp_path


def set_up(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", **environment}
    return subprocess.run(
        ["sh", ".ci/setup", "base"], cwd=clone, env=environment, capture_output=True, text=True, check=False
    )


def test_it_never_removes_an_environment_that_it_did_not_make(clone: Path) -> None:
    (clone / ".venv").mkdir()
    (clone / ".venv" / "precious").touch()
    result = set_up(clone)
    assert result.returncode == 1
    assert "was not made by this set-up" in result.stderr
    assert (clone / ".venv" / "precious").exists()


def test_it_says_which_python_it_needs(clone: Path) -> None:
    result = set_up(clone, PYTHON="/bin/false")
    assert result.returncode == 1
    assert "needs Python 3.11 or newer" in result.stderr
