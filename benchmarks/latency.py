"""How long one job takes on an idle cluster, from the REST call until its last step is committed."""

from __future__ import annotations

import json
import time
import urllib.request
from statistics import median, quantiles

from tests.house import House

JOBS = 100
BREAK = 0.8  #: longer than a session lingers, so that each job wakes a new one
USER = """
from django.contrib.auth.models import User
User.objects.create_superuser("bench", "bench@example.org", "bench")
"""
FINISHED = "SELECT extract(epoch FROM finished_at)::float8 FROM jobs_job WHERE id = %s AND status = 'completed'"


def measure_latency(house: House) -> dict[str, float]:
    house.shell(USER)
    token = house.manage("create_token", "--user", "bench", "--name", "bench").split()[-1]
    with house.runtime(), house.running("serve"):
        house.wait(house.answers, "an answer of the web server")
        _once(house, token)
        times = sorted(_once(house, token) for _ in range(JOBS))
    return {
        "trigger_to_completed_ms_p50": median(times) * 1000,
        "trigger_to_completed_ms_p99": quantiles(times, n=100)[98] * 1000,
    }


def _once(house: House, token: str) -> float:
    time.sleep(BREAK)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(_url(house, "/api/v1/flows/linear/jobs"), b'{"input": {"n": 1}}', headers)
    started = time.time()
    with urllib.request.urlopen(request) as answer:
        job = json.load(answer)["id"]
    return float(house.wait(lambda: house.value(FINISHED, job), f"the end of job {job}")) - started


def _url(house: House, path: str) -> str:
    return f"http://127.0.0.1:{house.port}{path}"
