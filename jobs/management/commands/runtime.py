"""manage.py runtime: the supervised django-q2 cluster. On any number of hosts with one database it is one Runtime."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from jobs.runtime.supervisor import Supervisor


class Command(BaseCommand):
    help = "Run a django-q2 cluster and keep it alive. Stop it with SIGTERM or Ctrl-C: running steps may finish."

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(Supervisor().run())
