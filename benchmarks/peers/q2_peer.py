"""Plain django-q2: `async_chain` for the linear flow, a group for the fan-out. Settings: see q2_settings."""

from __future__ import annotations

import os
import time
import uuid

import django

from benchmarks.figures import FAN, NAP, STEPS
from benchmarks.peers.common import Peer, main, until

LAST = "benchmarks.peers.q2_peer.last"
STEP = "benchmarks.peers.q2_peer.step"
DONE = "SELECT count(*) FROM django_q_task WHERE success"
MINE = f"{DONE} AND func = '{LAST}' AND \"group\" = %s"


def step(value: str) -> str:
    return value


def last(value: str) -> str:
    return value


def nap(number: int) -> int:
    time.sleep(NAP)
    return number


class Q2(Peer):
    name = "django-q2"
    jobs = 40
    times = 20

    def __init__(self) -> None:
        super().__init__()
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.q2_settings"
        django.setup()

    def prepare(self) -> None:
        from django.core.management import call_command

        call_command("migrate", verbosity=0)

    def queue(self, jobs: int, steps: int, payload: str) -> None:
        for _ in range(jobs):
            self._chain(steps, payload)

    def finished(self) -> int:
        return int(self.sql(DONE))

    def work(self, number: int) -> None:
        from django.core.management import call_command

        call_command("qcluster")

    def run_one(self) -> None:
        group = self._chain(STEPS, "")
        until(lambda: self.sql(MINE, group), self.name, every=0.005)

    def fan_out(self) -> None:
        """Joined by whoever waits for the group: it can start nothing when a group is complete."""
        from django_q.tasks import async_task, count_group

        group = uuid.uuid4().hex
        for number in range(FAN):
            async_task("benchmarks.peers.q2_peer.nap", number, group=group)
        until(lambda: count_group(group) == FAN, self.name, every=0.005)

    def _chain(self, steps: int, payload: str) -> str:
        from django_q.tasks import async_chain

        links = [(STEP, (payload,))] * (steps - 1) + [(LAST, (payload,))]
        return str(async_chain(links, group=uuid.uuid4().hex))


if __name__ == "__main__":
    main(Q2)
