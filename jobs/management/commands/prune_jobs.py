from __future__ import annotations

import json
import re
from argparse import ArgumentTypeError
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobs import retention
from jobs.states import JOB_TERMINAL

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def age(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9][0-9]{0,4})([hdw])", text)
    if found is None:
        raise ArgumentTypeError(f"{text!r} is not accepted: hours, days or weeks are, such as 12h, 30d or 8w.")
    return int(found[1]) * UNITS[found[2]]


class Command(BaseCommand):
    help = "Take away jobs that ended long ago; a stub of each stays. Figures on stdout."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", type=age, default=age("30d"), help="such as 12h, 30d or 8w (default: 30d)")
        parser.add_argument("--status", action="append", choices=sorted(JOB_TERMINAL), help="repeatable; default: all")
        parser.add_argument("--batch", type=int, default=retention.BATCH, help="jobs a transaction")
        parser.add_argument("--dry-run", action="store_true", help="only say how many jobs would go")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = {"older_than": options["older_than"], "statuses": options["status"] or JOB_TERMINAL}
        if options["dry_run"]:
            told: dict[str, int] = {"would_prune": retention.would_prune(**wanted)}
        else:
            told = asdict(retention.prune(**wanted, batch=max(1, options["batch"])))
        if options["json"]:
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write("\n".join(f"{name.replace('_', ' ')}: {count}" for name, count in told.items()))
