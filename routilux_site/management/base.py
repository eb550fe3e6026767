from __future__ import annotations

import signal
from abc import ABC, abstractmethod
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError

from routilux_site.demo import DemoError
from routilux_site.postgres import PostgresError
from routilux_site.stack import StackError


class StackCommand(BaseCommand, ABC):
    """A command that starts processes: what goes wrong is a sentence, and SIGTERM stops it as Ctrl-C does."""

    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            self.run(**options)
        except KeyboardInterrupt:
            self.say("\nStopped.")
        except (StackError, PostgresError, DemoError) as error:
            raise CommandError(str(error)) from None

    @abstractmethod
    def run(self, **options: Any) -> None:
        """What the command does, until it is done or stopped."""

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _interrupt(*_: Any) -> NoReturn:
    raise KeyboardInterrupt
