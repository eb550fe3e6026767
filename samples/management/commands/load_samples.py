from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError

from routilux_site.lib.errors import RoutiluxError
from samples.load import load


class Command(BaseCommand):
    help = "Load the sample templates and their data. What is there already, edited or not, stays as it is."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        try:
            for loaded in load():
                if verbosity:
                    state = "created" if loaded.created else "was there, unchanged"
                    self.stdout.write(f"{loaded.what:<8} {loaded.name:<18} {state}")
        except (RoutiluxError, ObjectDoesNotExist) as error:
            raise CommandError(f"The samples could not be loaded: {error}") from error
