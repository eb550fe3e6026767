from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.access import revoke_token
from jobs.models import ApiToken
from routilux_site.lib.errors import RoutiluxError


class Command(BaseCommand):
    help = "Make an API token worthless. Its prefix is the part between the underscores: rtx_<prefix>_..."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prefix")

    def handle(self, *args: Any, **options: Any) -> None:
        token = token_called(options["prefix"])
        try:
            revoke_token(token=token)
        except RoutiluxError as error:
            raise CommandError(str(error)) from error
        self.stderr.write(f"Revoked {token}.")


def token_called(prefix: str) -> ApiToken:
    token = ApiToken.objects.filter(prefix=prefix).first() if "\0" not in prefix else None
    if token is None:
        raise CommandError(f"There is no token with the prefix {prefix!r}.")
    return token
