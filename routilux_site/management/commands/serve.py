from __future__ import annotations

import os
from typing import Any

from routilux_site import postgres, stack
from routilux_site.management.base import StackCommand


class Command(StackCommand):
    help = "Run the web server alone, in the foreground (WEB_HOST, PORT, WEB_WORKERS, WEB_THREADS)."

    def run(self, **_: Any) -> None:
        stack.refuse_taken_port()
        postgres.ensure()
        command = stack.web_command()
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
