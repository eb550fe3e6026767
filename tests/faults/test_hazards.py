"""One house, a few runtimes: what poison, frozen owners, lost answers, wrong clocks and old code may not do."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from jobs.runtime.failpoints import PLACES
from routilux_site.embedded.server import PORT
from tests.chaos.hosts import send
from tests.desk import Desk, DeskError
from tests.faults import oracle, work
from tests.faults.proxy import Fault, Proxy, a_proxy
from tests.hazards import poison
from tests.house import HASTY, House, a_house

pytestmark = [pytest.mark.kill, pytest.mark.xdist_group("hazards")]

FLOWS = f"""
{work.FLOWS}
{work.POISON}
make_flow("newer", {{"a": "hazard_work", "b": "newer_work"}}, ["a.output b.input"])
make_flow("slow", {{"a": {{"routine": "hazard_rows", "config": {{"seconds": 0.5}}}}, "b": "hazard_work"}},
    ["a.output b.input"])
make_flow("lasting", {{"a": {{"routine": "hazard_rows", "config": {{"seconds": 0.5}}}},
    "b": {{"routine": "hazard_work", "config": {{"seconds": 3}}}}}}, ["a.output b.input"])
make_flow("seldom", {{"b": {{"routine": "test_gather", "policy": {{
    "type": "time_interval", "min_interval_seconds": 600}}}}}}, keep_open=True)
"""
TIMES = """
SELECT extract(epoch FROM n.look_at - n.last_activation)::int,
       n.last_activation BETWEEN j.created_at - interval '10 min' AND clock_timestamp()
FROM jobs_nodestate n JOIN jobs_job j ON j.id = n.job_id WHERE j.id = %s
"""
COMMITTED = "SELECT id, attempt FROM jobs_activation WHERE job_id = ANY(%s::uuid[]) AND status = 'completed'"
LEFT = "SELECT count(*) FROM jobs_activation WHERE status = 'running'"
NEW = "tests.flows,tests.hazards,tests.newer"
OLD = "tests.flows,tests.hazards"
#: A frozen process has to be told from one that a busy machine keeps waiting.
PATIENT = {**HASTY, "ROUTILUX_LEASE": "4"}
#: Where a lease has to be told from two.
LEASE = 6.0
END = "SELECT status, error_summary FROM jobs_job WHERE id = %s AND finished_at IS NOT NULL"
#: What a poison step leaves behind when it takes its whole process along, or hangs it: after its bound of deaths.
DEAD = "the worker process died while running this step"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with a_house(apps=NEW, **PATIENT) as house:
        house.build(FLOWS)
        yield house


def end(house: House, job: str) -> tuple[str, str]:
    status, why = house.wait(lambda: house.rows(END, job), f"the end of {job}")[0]
    return status, why


def test_it_gives_up_poison_after_its_bound_and_nothing_else(house: House) -> None:
    with house.runtime():
        jobs = {flow: house.trigger(flow, n=1) for flow in work.POISONS}
        neighbours = [house.trigger("bystander", n=n) for n in range(6)]
        ends = {flow: end(house, job) for flow, job in jobs.items()}
        assert [end(house, job) for job in neighbours] == [("completed", "")] * 6

    assert {flow: status for flow, (status, _) in ends.items()} == dict.fromkeys(work.POISONS, "failed")
    assert {kind for kind in poison.KINDS if DEAD in ends[f"poison_{kind}"][1]} >= set(poison.DEADLY)
    oracle.check(house)


@pytest.mark.parametrize("kind", poison.DEADLY)
def test_it_costs_the_neighbours_of_poison_less_than_two_leases(house: House, kind: str) -> None:
    """One, and what it takes to notice, and to run each of them alone."""
    lost = 0.0
    with house.runtime(ROUTILUX_LEASE=f"{LEASE}"):
        while not lost:  # they may not have been neighbours at all
            *neighbours, poisonous = (house.trigger(flow, n=1) for flow in (*["bystander"] * 4, f"poison_{kind}"))
            assert [end(house, job)[0] for job in neighbours] == ["completed"] * 4
            lost = max(time_lost(house, job) for job in neighbours)
        with suppress(DeskError):  # it has ended
            house.desk.ask("cancel", job=poisonous)

    assert lost < 2 * LEASE


def ended(house: House, job: str) -> int:
    """How many executions of steps of the job came to the end of their code, whatever became of their results."""
    lines = [json.loads(line) for line in house.journal.read_text(encoding="ascii").splitlines()]
    return sum((kind, whose) == ("end", job) for _, _, kind, _, whose, _, _ in lines)


def time_lost(house: House, job: str) -> float:
    """Seconds between the first and the last beginning of the step of the job that had to begin anew most often."""
    begun: dict[int, list[float]] = {}
    for line in house.journal.read_text(encoding="ascii").splitlines():
        at, _, kind, _, whose, step, _ = json.loads(line)
        if (kind, whose) == ("begin", job):
            begun.setdefault(step, []).append(at)
    return max(at[-1] - at[0] for at in begun.values())


def test_it_fences_an_owner_that_was_frozen_past_its_lease(house: House) -> None:
    """It comes to its commit while the job goes on with what another one committed in its place."""
    with house.runtime():
        job = house.trigger("lasting", n=1)
        house.wait_for_step(job, "a")
        pid = house.running_pid(job)
        send(pid, signal.SIGSTOP)
        house.wait_for_step(job, "b")
        send(pid, signal.SIGCONT)

        house.wait(lambda: ended(house, job) >= 2 or not psutil.pid_exists(pid), "the end of what was frozen")
        assert end(house, job) == ("completed", "")
        assert end(house, house.trigger("line", n=5)) == ("completed", "")
    oracle.check(house)


def test_it_survives_a_death_at_each_named_place(house: House, tmp_path: Path) -> None:
    for place in set(PLACES) - {"in_rescue"}:  # the supervisor would be the one to die there
        (tmp_path / f"{place}.1").write_text("kill")
    # Sessions that end soon: some places lie at their beginning and at their end.
    with house.runtime(ROUTILUX_FAILPOINTS=str(tmp_path), ROUTILUX_STAY="0.1", ROUTILUX_LINGER="0.1"):
        jobs = {name: house.trigger(name, n=3) for name in work.NAMES}
        ends = {name: end(house, job) for name, job in jobs.items()}
        while list(tmp_path.glob("[!f]*")):
            assert end(house, house.trigger("diamond", n=4)) == ("completed", "")
            house.wait(
                lambda: house.value("SELECT NOT EXISTS (SELECT 1 FROM jobs_session WHERE ended_at IS NULL)"), "a rest"
            )

    assert ends == dict.fromkeys(work.NAMES, ("completed", ""))
    assert [name for name, job in jobs.items() if not work.comes_to(name, 3, oracle.results(house, job))] == []
    oracle.check(house)


def test_it_commits_once_when_the_answer_is_lost(house: House) -> None:
    with a_proxy(house.server.socket_dir / f".s.PGSQL.{PORT}") as proxy, house.runtime(DATABASE_URL=proxy.url):
        assert end(house, house.trigger("rows", n=1)) == ("completed", "")
        jobs = []
        faults: list[Fault] = ["after_commit", "before_commit", "after_commit"]
        for number, fault in enumerate(faults):
            proxy.arm(fault)
            jobs.append(house.trigger("rows", n=number))
            assert end(house, jobs[-1]) == ("completed", "")
    assert sum(proxy.done.values()) >= 3
    assert all(work.comes_to("rows", n, oracle.results(house, job)) for n, job in enumerate(jobs))
    oracle.check(house)


def test_it_survives_a_network_that_stalls_past_the_lease_and_one_that_resets(house: House) -> None:
    with a_proxy(house.server.socket_dir / f".s.PGSQL.{PORT}") as proxy, house.runtime(DATABASE_URL=proxy.url):
        for fault in (partial(stall, proxy), proxy.reset):
            job = house.trigger("slow", n=1)
            house.wait_for_step(job, "a")
            fault()
            assert end(house, job) == ("completed", "")
    oracle.check(house)


def stall(proxy: Proxy) -> None:
    proxy.stall(on=True)
    time.sleep(float(PATIENT["ROUTILUX_LEASE"]) + 1)
    proxy.stall(on=False)


def test_it_goes_by_the_clock_of_the_database(house: House) -> None:
    """Who triggers is an hour ahead, who works an hour behind."""
    desk = Desk(house, HAZARD_CLOCK="3600")
    with house.runtime(HAZARD_CLOCK="-3600"):
        job = desk.ask("trigger", flow="seldom", input={"n": 1})
        desk.ask("post", job=job, node="b", slot="input", payload={"n": 2})
        assert end(house, house.trigger("line", n=6)) == ("completed", "")
    desk.close()

    assert house.rows(TIMES, job) == [(600, True)]
    assert [found["count"] for found in oracle.results(house, job)] == [1]


def test_it_drains_under_load_and_leaves_nothing_running(house: House) -> None:
    """Told to stop in the middle of many jobs: what runs is finished or handed back, what was committed stays."""
    runtime = house.start_runtime()
    jobs = [house.trigger("bystander", n=n) for n in range(30)]
    house.wait(lambda: len(house.rows(COMMITTED, jobs)) > 10, "some steps")

    runtime.terminate()
    status, before, left = runtime.wait(timeout=20), house.rows(COMMITTED, jobs), house.value(LEFT)
    with house.runtime():
        assert {end(house, job) for job in jobs} == {("completed", "")}

    after = house.rows(COMMITTED, jobs)
    assert (status, left, len(before) < len(after)) == (0, 0, True)
    assert (set(before) <= set(after), len(after)) == (True, 90)


def test_it_rolls_from_old_code_to_new(house: House) -> None:
    """The old host takes steps that it has no code for, and hands them on instead of failing them."""
    with house.runtime(ROUTILUX_APPS=OLD):
        jobs = [house.trigger("newer", n=n) for n in range(3)]
        handed_on = "SELECT count(*) FROM jobs_activation WHERE node = 'b' AND status = 'retrying'"
        house.wait(lambda: house.value(handed_on) == 3, "steps that the old code cannot run")
        with house.runtime():
            assert [end(house, job) for job in jobs] == [("completed", "")] * 3
    oracle.check(house)
