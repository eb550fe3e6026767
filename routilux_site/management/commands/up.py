from __future__ import annotations

import time
from typing import Any

from routilux_site import stack
from routilux_site.management.base import StackCommand
from routilux_site.preparation import prepare


class Command(StackCommand):
    help = "Start everything and serve until Ctrl-C or `down`."

    def run(self, **_: Any) -> None:
        stack.refuse_second_stack()
        stack.refuse_taken_port()
        prepare(self.say)
        with stack.running() as running:
            self.say(f"Serving    {stack.base_url()} until Ctrl-C or `make down`")
            while True:
                running.watch()
                time.sleep(1)
