"""What kills plain django-q2 for good, or loses its work, one thing at a time: the cluster works on as if nothing was.

The combinations, and everything else that can be killed, are in test_kill.py, test_hazards.py and in the storms.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.faults import oracle, work
from tests.house import HASTY, House, a_house, kill

pytestmark = [pytest.mark.kill, pytest.mark.xdist_group("matrix")]

BRIEF = {"ROUTILUX_STAY": "0.2", "ROUTILUX_LINGER": "0.2"}
FLOWS = f"""
{work.FLOWS}
nap = {{"routine": "hazard_work", "config": {{"seconds": 0.5}}}}
make_flow("naps", dict.fromkeys(("s0", "s1"), nap), ["s0.output s1.input"], max_attempts=100)
"""
AWAKE = "SELECT count(*) FROM jobs_session WHERE ended_at IS NULL"
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> %s"
#: A message that is signed, and names code that is no more.
UNREADABLE = """
from django_q.signing import SignedPackage
from jobs.runtime.broker import PostgresBroker
class Gone:
    def __reduce__(self):
        return __import__, ("code_that_is_no_more",)
PostgresBroker().enqueue(SignedPackage.dumps({"func": Gone()}))
"""
DELIVERED = "SELECT deliveries FROM jobs_ticket WHERE NOT wake AND deliveries > 0"
RESTARTS = "SELECT restarts, last_restart_reason FROM jobs_cluster ORDER BY heartbeat_at DESC LIMIT 1"
Harm = Callable[[House, psutil.Popen], None]


@pytest.fixture(scope="module")
def handover(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("handover")


@pytest.fixture(scope="module")
def house(handover: Path) -> Iterator[House]:
    with a_house(apps="tests.flows,tests.hazards", **HASTY, **BRIEF, HAZARD_HANDOVER=str(handover)) as house:
        house.build(FLOWS)
        yield house


@pytest.fixture(scope="module")
def runtime(house: House) -> Iterator[psutil.Popen]:
    with house.runtime() as runtime:
        yield runtime


def cluster(house: House) -> dict[str, list[int]]:
    """Processes of the cluster that lives, by what they do, as django-q2 tells it."""

    def found() -> dict[str, list[int]]:
        told = [one for one in house.desk.ask("anatomy") if psutil.pid_exists(one["sentinel"])]
        return {"workers": told[-1]["workers"], **{role: [told[-1][role]] for role in ROLES}} if told else {}

    return dict(house.wait(found, "a cluster"))


ROLES = ("sentinel", "monitor", "pusher")


def all_of(role: str) -> Harm:
    def harm(house: House, runtime: psutil.Popen) -> None:
        for pid in cluster(house)[role]:
            kill(pid)

    return harm


def idle_workers(house: House, runtime: psutil.Popen) -> None:
    busy = {row[0] for row in house.rows("SELECT pid FROM jobs_session WHERE ended_at IS NULL")}
    idle = set(cluster(house)["workers"]) - busy
    assert idle
    for pid in idle:
        kill(pid)


def main(house: House, runtime: psutil.Popen) -> None:
    for process in runtime.children():
        kill(process.pid)


def whole_group(house: House, runtime: psutil.Popen) -> None:
    """As systemd does it by default."""
    os.killpg(runtime.children()[0].pid, signal.SIGTERM)


def connections(house: House, runtime: psutil.Popen) -> None:
    with psycopg.connect(**house.server.params) as connection:
        connection.execute(OTHERS, [connection.info.backend_pid])


def unreadable_message(house: House, runtime: psutil.Popen) -> None:
    house.shell(UNREADABLE)
    house.wait(lambda: house.value(DELIVERED), "its delivery")


ROWS: dict[str, Harm] = {
    "busy workers": all_of("workers"),
    "idle workers": idle_workers,
    "monitor": all_of("monitor"),
    "pusher": all_of("pusher"),
    "sentinel": all_of("sentinel"),
    "main": main,
    "SIGTERM to all": whole_group,
    "connections": connections,
    "unreadable message": unreadable_message,
}


def works(house: House, job: str) -> bool:
    return house.wait_for_end(job) == "completed" and len(oracle.results(house, job)) == 1


def rest(house: House) -> None:
    house.wait(lambda: house.value(AWAKE) == 0, "the end of all sessions")


@pytest.mark.parametrize("row", ROWS)
def test_it_works_on_after(house: House, runtime: psutil.Popen, row: str) -> None:
    job = house.trigger("naps", n=1)
    house.wait_for_step(job, "s0")

    ROWS[row](house, runtime)

    assert works(house, job)
    rest(house)  # so that a process that was not there yet has to run the next one
    assert works(house, house.trigger("naps", n=2))
    oracle.check(house)


def test_it_starts_anew_when_an_idle_worker_was_killed_although_nothing_waits(
    house: House, runtime: psutil.Popen
) -> None:
    rest(house)
    before = house.value(RESTARTS)

    idle_workers(house, runtime)

    house.wait(lambda: house.value(RESTARTS) > before, "a new cluster")
    assert "without a session" in house.rows(RESTARTS)[0][1]


def test_it_lets_a_session_work_on_when_an_idle_worker_was_killed(house: House, runtime: psutil.Popen) -> None:
    job = house.trigger("naps", n=7)
    house.wait_for_step(job, "s0")

    idle_workers(house, runtime)

    assert works(house, job)
    assert house.value("SELECT sum(deaths) FROM jobs_activation WHERE job_id = %s", job) == 0


def test_it_works_on_after_workers_died_with_the_lock_of_the_guard(
    house: House, runtime: psutil.Popen, handover: Path
) -> None:
    for number in range(int(HASTY["ROUTILUX_WORKERS"])):
        (handover / str(number)).touch()

    while list(handover.iterdir()):
        assert works(house, house.trigger("naps", n=3))
        rest(house)

    assert works(house, house.trigger("naps", n=4))


def test_it_waits_out_an_outage_that_is_longer_than_its_lease(house: House) -> None:
    with house.runtime(DATABASE_URL=house.url):
        job = house.trigger("naps", n=6)
        house.wait_for_step(job, "s0")
        house.server.stop("immediate")
        time.sleep(2 * float(HASTY["ROUTILUX_LEASE"]))
        house.server.ensure()

        assert works(house, job)
    assert house.value("SELECT sum(deaths) FROM jobs_activation WHERE job_id = %s", job) == 0


def test_it_starts_although_the_database_is_down(house: House) -> None:
    house.server.stop("immediate")
    with house.runtime(DATABASE_URL=house.url):
        time.sleep(3)
        house.server.ensure()

        assert works(house, house.trigger("naps", n=5))
