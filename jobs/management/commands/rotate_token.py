"""manage.py rotate_token: the new token on standard output, once; everything else on standard error, or all as JSON."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.access import rotate_token
from jobs.management.commands.create_token import tell
from jobs.management.commands.revoke_token import token_called
from routilux_site.lib.errors import RoutiluxError


class Command(BaseCommand):
    help = "Make a new API token like an old one, which goes on for some hours so that its callers can change."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prefix")
        parser.add_argument("--hours", type=int, default=24, help="how long the old one goes on")
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            issued = rotate_token(token=token_called(options["prefix"]), hours=options["hours"])
        except RoutiluxError as error:
            raise CommandError(str(error)) from error
        tell(self, issued, as_json=options["json"])
