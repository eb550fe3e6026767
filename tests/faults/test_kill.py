"""Whatever is killed in the middle of a flow, the job completes and each result is there once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.faults import oracle
from tests.house import HASTY, House, a_house, cluster_processes, kill, kill_tree

pytestmark = [pytest.mark.kill, pytest.mark.xdist_group("kill")]

# a, then two branches, then both again through d
FLOWS = """
nap = {"routine": "test_nap", "config": {"seconds": 0.7}}
wires = ["a.output b.input", "a.output c.input", "b.output d.input", "c.output d.input"]
make_flow("diamond", dict.fromkeys("abcd", nap), wires)
"""
TRAILS = [["a", "b", "d"], ["a", "c", "d"]]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with a_house(**HASTY) as house:
        house.build(FLOWS)
        yield house


def ends_well(house: House, job: str) -> bool:
    status = house.wait_for_end(job)
    oracle.check(house)
    return (status, oracle.trails(house, job)) == ("completed", TRAILS)


def test_it_survives_a_kill_of_the_process_that_runs_a_step(house: House) -> None:
    with house.runtime():
        job = house.trigger("diamond", n=1)
        house.wait_for_step(job, "b")

        kill(house.running_pid(job))

        assert ends_well(house, job)


def test_it_survives_a_kill_of_idle_workers_monitor_and_pusher(house: House) -> None:
    """On plain django-q2 the queue's lock dies with an idle worker, and nothing is ever run again."""
    with house.runtime() as runtime:
        job = house.trigger("diamond", n=1)
        house.wait_for_step(job, "b")

        busy = house.running_pid(job)
        for process in cluster_processes(runtime):
            if process.pid != busy:
                kill(process.pid)

        assert ends_well(house, job)
        assert ends_well(house, house.trigger("diamond", n=2))


def test_it_survives_a_kill_of_the_whole_cluster(house: House) -> None:
    runtime = house.start_runtime()
    job = house.trigger("diamond", n=1)
    house.wait_for_step(job, "b")

    kill_tree(runtime)
    time.sleep(0.5)

    with house.runtime():
        assert ends_well(house, job)


def test_it_survives_an_immediate_stop_of_postgres(house: House) -> None:
    with house.runtime():
        job = house.trigger("diamond", n=1)
        house.wait_for_step(job, "b")

        house.server.stop("immediate")

        assert ends_well(house, job)


def test_it_leaves_no_orphans_when_the_supervisor_is_killed(house: House) -> None:
    runtime = house.start_runtime()
    job = house.trigger("diamond", n=1)
    house.wait_for_step(job, "b")
    family = runtime.children(recursive=True)

    kill(runtime.pid)
    runtime.wait(timeout=5)

    gone, alive = psutil.wait_procs(family, timeout=5)
    assert (len(gone) >= 5, alive) == (True, [])
    with house.runtime():
        assert ends_well(house, job)


def test_it_stops_on_sigterm_without_running_a_committed_step_again(house: House) -> None:
    runtime = house.start_runtime()
    job = house.trigger("diamond", n=1)
    house.wait_for_step(job, "b")

    os.kill(runtime.pid, signal.SIGTERM)
    runtime.wait(timeout=20)

    with house.runtime():
        assert ends_well(house, job)
    assert house.value("SELECT max(attempt) FROM jobs_activation WHERE job_id = %s AND node = 'a'", job) == 1
