"""manage.py migrate_templates: old DSL files in today's words; comments stay. Exit code 1: something is left to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from templates_app.dsl import old
from templates_app.dsl.bundle import SUFFIXES, template_files
from templates_app.problems import Problem
from templates_app.refusals import Refused


class Command(BaseCommand):
    help = (
        "Rewrite DSL files of the original library: no execution strategies, today's handlers, names for class paths."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, help="files, or directories of .yaml, .yml and .json files")
        parser.add_argument(
            "--check", action="store_true", help="print the diff, write nothing, exit 1 if there is one"
        )

    def handle(self, *args: Any, paths: list[Path], check: bool, **options: Any) -> None:
        changed, problems = 0, 0
        for path in _files(paths):
            before, after, told = _migrated(path)
            changed += after != before
            problems += len(told)
            for problem in told:
                self.stderr.write(f"{path}: {problem.path}: {problem.message}".replace(": : ", ": "))
            if after != before:
                self._change(path, before, after, check=check)
        self.stderr.write(f"{changed} files {'to change' if check else 'changed'}, {problems} places left to decide.")
        if problems or (check and changed):
            raise SystemExit(1)

    def _change(self, path: Path, before: str, after: str, *, check: bool) -> None:
        if check:
            lines = difflib.unified_diff(before.splitlines(), after.splitlines(), f"a/{path}", f"b/{path}", lineterm="")
            self.stdout.write("\n".join(lines))
        else:
            path.write_text(after, encoding="utf-8")
            self.stdout.write(str(path))


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from template_files(path)
        elif path.suffix in SUFFIXES and path.is_file():
            yield path
        else:
            raise CommandError(f"{path} is no directory and no .yaml, .yml or .json file.")


def _migrated(path: Path) -> tuple[str, str, list[Problem]]:
    data = path.read_bytes()
    try:
        done = old.migrate_text(data, SUFFIXES[path.suffix])
    except Refused as refused:
        told = [Problem(one.path, one.code, one.message) for one in refused.errors]
        return "", "", told
    return data.decode(), done.text, done.problems
