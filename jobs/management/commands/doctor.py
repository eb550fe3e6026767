"""manage.py doctor: is anything in the way of the work? Exit codes: 0 fine, 1 there are findings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobs.doctor.findings import Examination, examine
from jobs.management.rendering import clean, json_text

FINDINGS = 1


class Command(BaseCommand):
    help = "Examine the database, the settings, the Runtime and stuck work; each finding says where and what to do."
    requires_system_checks = []  # they are a part of what it examines, and it tells all findings at once

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = examine()
        if options["json"]:
            told = {"facts": found.facts, "findings": [asdict(one) for one in found.findings]}
            self.stdout.write(json_text({"fine": not found.findings, **told}))
        else:
            self._tell(found)
        if found.findings:
            raise SystemExit(FINDINGS)

    def _tell(self, found: Examination) -> None:
        for name, value in found.facts.items():
            self.stdout.write(clean(f"{name.replace('_', ' ')}: {_told(value)}"))
        for finding in found.findings:
            self.stdout.write(f"{self.style.ERROR(clean(finding.place))}: {clean(f'{finding.fact} {finding.remedy}')}")
        if not found.findings:
            self.stdout.write(self.style.SUCCESS("Nothing is in the way."))


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.lower().replace('_', ' ')} {_told(inner)}" for key, inner in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return "none" if value is None else str(value)
