"""How many durable steps a second: jobs are queued first, then a cluster starts and works them off."""

from __future__ import annotations

from tests.house import House

JOBS = 1000
QUEUE = """
from django.db import transaction
from jobs.services import Launch, trigger
from templates_app.models import FlowPrototype
flow = FlowPrototype.objects.get(name="linear")
with transaction.atomic():
    for n in range({jobs}):
        trigger(flow=flow, launch=Launch(input={{"n": n}}))
"""
# From the first step of a job to the end of the last job, by the clock of the database.
SPAN = "SELECT extract(epoch FROM max(finished_at) - min(started_at))::float8, count(*) FROM jobs_job"
STEPS = "SELECT count(*) FROM jobs_activation WHERE status = 'completed'"
UNFINISHED = "SELECT count(*) = 0 FROM jobs_job WHERE status IN ('pending', 'running')"


def measure_throughput(house: House) -> dict[str, float]:
    house.shell(QUEUE.format(jobs=JOBS))
    with house.runtime():
        house.wait(lambda: house.value(UNFINISHED), f"the end of {JOBS} jobs", timeout=120)
    seconds = house.value(SPAN)
    return {"linear_effectful_steps_per_s": house.value(STEPS) / seconds}
