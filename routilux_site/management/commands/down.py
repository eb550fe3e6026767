from __future__ import annotations

from typing import Any

from routilux_site import postgres, stack
from routilux_site.management.base import StackCommand


class Command(StackCommand):
    help = "Stop what `up` or `demo` started, and the embedded Postgres."

    def run(self, **_: Any) -> None:
        self.say("Stopped the web server and the cluster." if stack.stop_running() else "Nothing was being served.")
        if postgres.is_running():
            postgres.stop()
            self.say("Stopped the embedded Postgres.")
