"""manage.py templates plan|apply|export: templates as files in git. Results on standard output, talk on standard error.

Exit codes: 0 nothing to do, or done; 1 refused; 2 the command line was wrong; 3 (plan) there is something to do.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from routilux_site.lib.errors import RoutiluxError
from templates_app import dsl
from templates_app.dsl import directory, report
from templates_app.dsl.bundle import SUFFIXES
from templates_app.models import Prototype

SOMETHING_TO_DO = 3


class Command(BaseCommand):
    help = "Templates as files: show what files would change, apply them, or write what is stored into files."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        plan = verbs.add_parser("plan", help="what applying would create, update and affect; changes nothing")
        apply = verbs.add_parser("apply", help="bring the database in step with the files, all or nothing")
        for verb in (plan, apply):
            verb.add_argument("path", type=Path, help="a directory, or one .yaml, .yml or .json file")
            verb.add_argument("--json", action="store_true", help="answer in JSON")
        apply.add_argument("--user", help="who does it, for the history")
        export = verbs.add_parser("export", help="write prototypes into files; files that say the same stay untouched")
        export.add_argument("path", help="a directory, or - for standard output")
        export.add_argument("names", nargs="*", help="these and what they build on; without, all that are in use")
        export.add_argument("--format", choices=("yaml", "json"), default="yaml", help="of new files")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        if verb == "export":
            self._export(**options)
            return
        try:
            bundle = _read(options["path"])
            found = dsl.plan(bundle) if verb == "plan" else dsl.apply(bundle, _user(options["user"]))
        except RoutiluxError as error:
            self._refuse(error.details(), as_json=options["json"])
        self._tell(found, done=verb == "apply", as_json=options["json"])
        if found.problems:
            self._refuse(found.problems, as_json=False)
        if verb == "plan" and found.has_changes:
            raise SystemExit(SOMETHING_TO_DO)

    def _tell(self, found: dsl.Plan, *, done: bool, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(found.to_json(), ensure_ascii=False, indent=2))
        elif not found.problems:
            self.stdout.write("\n".join(report.lines(found, done=done)))

    def _refuse(self, problems: Any, *, as_json: bool) -> None:
        if as_json:
            told = [{"path": one.path, "code": one.code, "message": one.message} for one in problems]
            self.stdout.write(json.dumps({"problems": told}, ensure_ascii=False, indent=2))
        lines = [f"{one.path}: {one.message}" if one.path else one.message for one in problems]
        raise CommandError("\n".join(["Refused, nothing was written.", *lines]))

    def _export(self, *, path: str, names: list[str], format: dsl.Format, **options: Any) -> None:
        try:
            prototypes = _chosen(names)
            if path == "-":
                self.stdout.write(dsl.export_text(prototypes, format), ending="")
                return
            written = directory.export(dsl.templates_of(prototypes), Path(path), format)
        except RoutiluxError as error:
            self._refuse(error.details(), as_json=False)
        for file in written.changed:
            self.stdout.write(file)
        for file, strangers in written.strangers.items() if not names else ():
            self.stderr.write(f"{file}: left as it is: no prototype in use is called {', '.join(strangers)}")
        self.stderr.write(f"{len(written.changed)} files written, {len(written.unchanged)} said the same already.")


def _read(path: Path) -> dsl.Bundle:
    if path.is_dir():
        return dsl.read_directory(path)
    if path.suffix not in SUFFIXES or not path.is_file():
        raise CommandError(f"{path} is no directory and no .yaml, .yml or .json file.")
    return dsl.read_file(path)


def _user(name: str | None) -> Any:
    if name is None:
        return None
    user = get_user_model().objects.filter(username=name).first() if "\0" not in name else None
    if user is None:
        raise CommandError(f"There is no user {name!r}.")
    return user


def _chosen(names: list[str]) -> list[Prototype]:
    if not names:
        return list(Prototype.objects.filter(is_code=False, archived_at=None))
    found = list(Prototype.objects.filter(name__in=names, is_code=False))
    missing = sorted(set(names) - {one.name for one in found})
    if missing:
        raise CommandError(f"There is no prototype {', '.join(missing)}.")
    return dsl.with_foundations(found)
