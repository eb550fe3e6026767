"""Several hosts are one Runtime, and one that is idle wakes by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import oracle
from tests.house import HASTY, House, a_house

pytestmark = [pytest.mark.kill, pytest.mark.xdist_group("kill")]

FLOWS = """
make_flow("one", {"a": "test_pass"})
"""
EVERY_SECOND = """
from jobs.schedules import verbs
from templates_app.models import FlowPrototype
flow = FlowPrototype.objects.get(name="one")
verbs.create(fields={"name": "tick", "flow": flow, "input": {"n": 1}, "interval_seconds": 1}, actor=None)
"""
LATER = """
from jobs.services import Launch, trigger
from templates_app.models import FlowPrototype
print(trigger(flow=FlowPrototype.objects.get(name="one"), launch=Launch(input={"n": 1}, delay=3)).job.pk)
"""
SLOTS = "SELECT count(*), count(DISTINCT slot_at) FROM jobs_job WHERE slot_at IS NOT NULL"
IN_TIME = "SELECT status, started_at >= start_at FROM jobs_job WHERE id = %s AND finished_at IS NOT NULL"
AWAKE = "SELECT count(*) FROM jobs_session WHERE ended_at IS NULL"


@pytest.fixture
def house() -> Iterator[House]:
    with a_house(**HASTY, ROUTILUX_STAY="0.1", ROUTILUX_LINGER="0.1") as house:
        house.build(FLOWS)
        yield house


def test_it_makes_one_job_a_slot_on_two_hosts(house: House) -> None:
    house.shell(EVERY_SECOND)
    with house.runtime(), house.runtime():
        house.wait(lambda: house.rows(SLOTS)[0][0] >= 4, "four slots")

        jobs, slots = house.rows(SLOTS)[0]

    assert jobs == slots
    oracle.check(house)


def test_it_wakes_for_a_job_that_starts_later(house: House) -> None:
    with house.runtime():
        house.wait_for_end(house.trigger("one", n=1))
        house.wait(lambda: house.value(AWAKE) == 0, "a rest")

        job = house.shell(LATER).split()[-1]

        assert house.wait(lambda: house.rows(IN_TIME, job), "the end of the job") == [("completed", True)]
