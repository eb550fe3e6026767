"""Many steps that wait a second each, on one session: what `async def logic` is for."""

from __future__ import annotations

from benchmarks.load import finish, queue
from tests.house import House

# From the first start to the last end of the waiting steps, and on how many sessions they ran.
SPAN = """
SELECT extract(epoch FROM max(a.finished_at) - min(a.started_at))::float8, count(DISTINCT a.session_id)
FROM jobs_activation a JOIN jobs_job j ON j.id = a.job_id
WHERE a.node = 'wait' AND a.status = 'completed' AND j.id::text > %s
"""


def measure_waiting(house: House) -> float:
    newest = queue(house, "waits", 1)
    with house.runtime():
        finish(house, 1)
    seconds, _ = house.rows(SPAN, newest)[0]
    return float(seconds)
