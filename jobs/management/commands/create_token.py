"""manage.py create_token: the token on standard output, once; everything else on standard error, or all as JSON."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.access import Issued, create_token
from jobs.api.shapes.tokens import IssuedSerializer
from jobs.management.rendering import json_text
from jobs.scopes import SCOPES
from routilux_site.lib.errors import RoutiluxError


class Command(BaseCommand):
    help = "Make an API token that acts as a user. It is printed once; only a hash of it is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, help="the user that the token acts as")
        parser.add_argument("--name", required=True, help="what it is for, so that it is known later")
        parser.add_argument("--flow", action="append", default=[], help="limit it to this flow; may be repeated")
        parser.add_argument("--scope", action="append", default=[], choices=list(SCOPES), help="may be repeated")
        parser.add_argument("--days", type=int, help="how many days it is valid; without, until it is revoked")
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first() if "\0" not in options["user"] else None
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}; `manage.py createsuperuser` makes one.")
        try:
            asked = {"name": options["name"], "flow_names": options["flow"], "scopes": options["scope"]}
            issued = create_token(user=user, **asked, days=options["days"])
        except RoutiluxError as error:
            raise CommandError(str(error)) from error
        tell(self, issued, as_json=options["json"])


def tell(command: BaseCommand, issued: Issued, *, as_json: bool) -> None:
    if as_json:
        command.stdout.write(json_text(IssuedSerializer(issued.token, context={"text": issued.text}).data))
        return
    command.stderr.write(describe(issued))
    command.stdout.write(issued.text)


def describe(issued: Issued) -> str:
    token = issued.token
    flows = ", ".join(token.flow_names) or "any flow"
    scopes = f" ({', '.join(token.scopes)})" if token.scopes else ""
    until = f"until {token.expires_at:%Y-%m-%d %H:%M} UTC" if token.expires_at else "until it is revoked"
    return f"Token {token.name!r} of {token.user} for {flows}{scopes}, valid {until}. It is shown only now:"
