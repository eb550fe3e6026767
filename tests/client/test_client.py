"""The client, over real HTTP."""

from __future__ import annotations

from typing import Any, get_type_hints

import pytest
from django.contrib.auth.models import User

from jobs.access import create_token
from jobs.client import routilux_client
from jobs.client.routilux_client import Client, JobFailed, Problem
from jobs.models import Job
from tests.engine import make_flow, run_jobs


@pytest.fixture
def client(engine: None, live_server: Any, bob: User) -> Client:
    make_flow("one", {"a": "test_pass"}, entry="a.input")
    make_flow("bad", {"a": "fail"}, entry="a.input")
    return Client(live_server.url, create_token(user=bob, name="n").text)


def test_it_triggers_once_and_waits(client: Client) -> None:
    first, second = (client.trigger("one", {"n": 1}, key="k") for _ in range(2))
    run_jobs()

    done = client.wait(first["id"], timeout=60)
    assert (first, Job.objects.count()) == (second, 1)
    assert done["result"] == {"a.output": [{"n": 1, "trail": ["a"]}]}
    assert [output["payload"]["n"] for output in client.outputs(first["id"])] == [1]


def test_it_knows_the_type_of_each_answer(client: Client) -> None:
    accepted = client.trigger("one", {"n": 1})
    run_jobs()

    answers: list[Any] = [accepted, *client.jobs(), client.job(accepted["id"]), *client.outputs(accepted["id"])]
    types = [routilux_client.Accepted, routilux_client.ListedJob, routilux_client.Job, routilux_client.Item]
    assert [set(answer) for answer in answers] == [set(get_type_hints(known)) for known in types]


def test_it_says_why_a_job_failed(client: Client) -> None:
    job = client.trigger("bad", {"n": 1})
    run_jobs()

    with pytest.raises(JobFailed, match="is failed"):
        client.wait(job["id"], timeout=60)


def test_it_raises_problems(client: Client) -> None:
    with pytest.raises(Problem) as caught:
        client.trigger("nope", {})

    assert (caught.value.status, caught.value.code) == (404, "unknown-flow")


def test_it_lists_page_by_page(client: Client) -> None:
    made = [client.trigger("one", {"n": n})["id"] for n in range(3)]

    assert [job["id"] for job in client.jobs(limit=1, status="pending")] == made[::-1]
    assert client.cancel(made[0], "no more")["status"] == "cancelled"


def test_it_heeds_when_to_come_back(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.THROTTLES = {"read": (1, 24 * 3600)}
    pauses: list[float] = []
    monkeypatch.setattr("jobs.client.routilux_client.time.sleep", pauses.append)
    list(client.jobs())

    with pytest.raises(Problem) as caught:
        list(client.jobs())
    assert caught.value.code == "too-many-requests"
    assert pauses == [routilux_client.LONGEST_PAUSE] * client.retries
