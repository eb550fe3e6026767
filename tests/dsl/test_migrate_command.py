"""manage.py migrate_templates."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.dsl.test_old import COMMENTED


def migrate(*words: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("migrate_templates", *words, stdout=out, stderr=err)
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "old.yml"
    file.write_text(COMMENTED)
    return file


def test_it_rewrites_what_is_old_and_touches_nothing_else(old_file: Path, tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text("flow_id:   new\nroutines: {}\n")
    (tmp_path / "notes.txt").write_text("execution_strategy: sequential")
    code, out, _ = migrate(str(tmp_path))
    assert (code, out.split()) == (0, [str(old_file)])
    assert (tmp_path / "new.yaml").read_text() == "flow_id:   new\nroutines: {}\n"
    assert "execution_strategy" not in old_file.read_text()


def test_it_shows_the_diff_and_writes_nothing(old_file: Path) -> None:
    code, out, _ = migrate("--check", str(old_file))
    assert (code, old_file.read_text()) == (1, COMMENTED)
    assert "-execution_strategy: sequential  # to be sure" in out.splitlines()
    assert "+execution: {max_workers: 1}" in out.splitlines()


def test_it_is_content_where_nothing_is_old(old_file: Path) -> None:
    migrate(str(old_file))
    assert migrate("--check", str(old_file))[0] == 0


def test_it_fails_where_a_person_has_to_decide(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("flow_id: a\nroutines:\n  x: {class: shop.Clean}\n")
    code, _, err = migrate(str(tmp_path))
    assert code == 1
    assert 'a.yaml: routines.x.class: line 3: "shop.Clean" is registered under no name' in err


def test_it_leaves_alone_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: &x 1\nb: *x\n")
    code, _, err = migrate(str(tmp_path))
    assert (code, (tmp_path / "a.yaml").read_text()) == (1, "a: &x 1\nb: *x\n")
    assert "line 1: Anchors and aliases" in err


@pytest.mark.parametrize("name", ["nowhere", "notes.txt"])
def test_it_wants_files_that_are_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="is no directory and no"):
        migrate(str(tmp_path / name))
