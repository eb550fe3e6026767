from __future__ import annotations

import json
from typing import Any

from django.test import Client
from django.urls import reverse

from jobs.models import Item, Job
from tests.pages import rows


def load(client: Client, name: str, *where: Any) -> Any:
    response = client.get(reverse(f"jobs:{name}", args=where))
    assert response["Content-Disposition"].startswith('attachment; filename="')
    return response.json() if not response.streaming else _parsed(response)


def _parsed(response: Any) -> Any:
    return json.loads(b"".join(response.streaming_content))


def test_it_gives_one_payload_whole(as_bob: Client, job: Job) -> None:
    item = rows.emitted(rows.step(job, "second"), {"text": "x" * 50_000})

    assert load(as_bob, "item", job.pk, item.pk) == {"text": "x" * 50_000}


def test_it_gives_all_of_the_result(as_bob: Client, job: Job) -> None:
    step = rows.step(job, "second")
    for number in range(250):
        rows.emitted(step, {"n": number})

    found = load(as_bob, "part", job.pk, "result")
    assert [row["payload"]["n"] for row in found] == list(range(250))
    assert (found[0]["source_node"], found[0]["event"]) == ("second", "output")


def test_it_gives_input_and_undelivered(as_bob: Client, job: Job) -> None:
    rows.emitted(rows.step(job, "first"), {"m": 1}, node="second", slot="input")

    assert [row["payload"] for row in load(as_bob, "part", job.pk, "input")] == [{"n": 1}]
    assert [row["slot"] for row in load(as_bob, "part", job.pk, "undelivered")] == ["input"]
    assert load(as_bob, "part", job.pk, "result") == []


def test_it_gives_input_output_and_log_of_a_step(as_bob: Client, job: Job) -> None:
    step = job.activations.get()
    rows.say(step, ["one", "two"])

    assert [row["payload"] for row in load(as_bob, "step-part", job.pk, step.pk, "inputs")] == [{"n": 1}]
    assert load(as_bob, "step-part", job.pk, step.pk, "outputs") == []
    assert [line["text"] for line in load(as_bob, "step-part", job.pk, step.pk, "log")[0]["lines"]] == ["one", "two"]


def test_it_knows_no_other_parts(as_bob: Client, job: Job) -> None:
    step = job.activations.get()

    assert as_bob.get(reverse("jobs:part", args=[job.pk, "secrets"])).status_code == 404
    assert as_bob.get(reverse("jobs:step-part", args=[job.pk, step.pk, "secrets"])).status_code == 404
    assert as_bob.get(reverse("jobs:item", args=[job.pk, 10**30])).status_code == 404


def test_it_gives_items_of_that_job_only(as_bob: Client, job: Job) -> None:
    other = rows.trigger(job.flow, None)

    assert as_bob.get(reverse("jobs:item", args=[other.pk, Item.objects.filter(job=job).get().pk])).status_code == 404
