"""How long one job takes on an idle cluster, from the REST call until its last step is committed."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles

import psycopg

from benchmarks.figures import IDEAL_FAN, Figures
from tests.house import House

#: So long a job is left alone, and the cluster after it: whoever polls meanwhile takes a core from what is measured.
BREAK = 0.8
USER = """
from django.contrib.auth.models import User
User.objects.create_superuser("bench", "bench@example.org", "bench")
"""
FINISHED = "SELECT extract(epoch FROM finished_at)::float8 FROM jobs_job WHERE id = %s AND status = 'completed'"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who triggers jobs over REST."""

    house: House
    token: str

    def trigger(self, flow: str) -> float:
        """Seconds from the call until the job is completed, by the clock of this one machine."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.house.port}/api/v1/flows/{flow}/jobs"
        started = time.time()
        with urllib.request.urlopen(urllib.request.Request(url, b'{"input": {"n": 1}}', headers)) as answer:
            job = json.load(answer)["id"]
        time.sleep(BREAK)
        return float(self.house.wait(lambda: self.house.value(FINISHED, job), f"the end of job {job}")) - started


@contextmanager
def serving(house: House) -> Iterator[Caller]:
    house.shell(USER)
    token = house.manage("create_token", "--user", "bench", "--name", "bench").split()[-1]
    with house.runtime(), house.running("serve"):
        house.wait(house.answers, "an answer of the web server")
        yield Caller(house, token)


def measure_latency(house: House, *, jobs: int, fans: int) -> Figures:
    _settle(house)
    with serving(house) as caller:
        caller.trigger("linear")
        times = sorted(caller.trigger("linear") for _ in range(jobs))
        caller.trigger("fan")
        fan = median(caller.trigger("fan") for _ in range(fans))
    return Figures(
        trigger_to_completed_ms_p50=median(times) * 1000,
        trigger_to_completed_ms_p99=quantiles(times, n=100, method="inclusive")[98] * 1000,
        fanout_ratio=fan / IDEAL_FAN,
    )


def _settle(house: House) -> None:
    """What was measured before left the database work for minutes; an idle cluster has an idle database."""
    with psycopg.connect(**house.server.params, autocommit=True) as connection:
        connection.execute("VACUUM")
        connection.execute("CHECKPOINT")
