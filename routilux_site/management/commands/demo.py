from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from jobs.access import create_token
from routilux_site import postgres, stack
from routilux_site.demo import Answer, Client, explain, follow
from routilux_site.management.base import StackCommand
from routilux_site.preparation import prepare

FLOW = "orders"
INPUT = Path("samples") / FLOW / "input.json"
RESULT_LINES = 40


class Command(StackCommand):
    help = "Start everything, run the sample flow through the REST API, follow it and go on serving until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop everything after the job; fail if it failed")

    def run(self, **options: Any) -> None:
        stack.refuse_second_stack()
        stack.refuse_taken_port()
        found_running = postgres.is_running()
        try:
            self._serve_and_run(bool(options["once"]))
        finally:
            if not found_running:
                postgres.stop()

    def _serve_and_run(self, once: bool) -> None:
        user = prepare(self.say)
        with stack.running() as running:
            self.say(f"Serving    {stack.base_url()}\n")
            job = self._run_job(Client(stack.base_url(), _token(user)), running)
            if job["status"] != "completed":
                raise CommandError(explain(job))
            if once:
                return
            self.say("\nServing until Ctrl-C.")
            while True:
                running.watch()
                time.sleep(1)

    def _run_job(self, client: Client, running: stack.Stack) -> Answer:
        accepted = client.trigger(FLOW, json.loads((settings.BASE_DIR / INPUT).read_text(encoding="utf-8")))
        self.say(f"POST /api/v1/flows/{FLOW}/jobs  ->  202, job {accepted['id']}")
        job = follow(client, accepted["id"], show=lambda line: self.say(f"  {line}"), between=running.watch)
        self._show_result(job)
        self._show_links(accepted)
        return job

    def _show_result(self, job: Answer) -> None:
        lines = json.dumps(job.get("result"), indent=2, ensure_ascii=False).splitlines()
        self.say("\nResult")
        for line in lines[:RESULT_LINES]:
            self.say(f"  {line}")
        if len(lines) > RESULT_LINES:
            self.say(f"  ... and {len(lines) - RESULT_LINES} lines more on the job's page")

    def _show_links(self, accepted: Answer) -> None:
        base = stack.base_url()
        page = str(accepted["links"]["page"])
        self.say(f"\nJob page   {page if page.startswith('http') else base + page}")
        self.say(f"Admin      {base}/admin/")
        self.say(f"API docs   {base}/api/docs")


def _token(user: User) -> str:
    return create_token(user=user, name="demo", days=1).text
