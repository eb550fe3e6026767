"""Breakpoints, held items and decisions on the pages of a job."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.models import Job
from tests.engine import make_flow, run_session, start

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def held() -> Job:
    job = start(make_flow("held", {"a": {"routine": "test_pass", "policy": {"type": "breakpoint"}}}), n=1)
    run_session()
    return job


@pytest.fixture
def asking() -> Job:
    job = start(make_flow("asking", {"ok": {"routine": "approval", "config": {"question": "<Ship> it?"}}}), n=1)
    run_session()
    return job


def act(client: Client, job: Job, verb: str, **said: object) -> str:
    response = client.post(f"/jobs/{job.pk}/do/{verb}/", said, follow=True)
    run_session()
    job.refresh_from_db()
    return str(response.content.decode())


def page(client: Client, job: Job, tail: str = "") -> str:
    return str(client.get(f"/jobs/{job.pk}/{tail}").content.decode())


def test_it_shows_what_is_held_and_lets_it_go(as_bob: Client, held: Job) -> None:
    text = page(as_bob, held)
    assert "At breakpoint" in text and "Release one step" in text

    assert "One step goes on." in act(as_bob, held, "step", node="a")
    assert held.status == "completed"


def test_it_sets_a_breakpoint_and_continues_past_it(as_bob: Client, asking: Job) -> None:
    assert "are held" in act(as_bob, asking, "set_breakpoint", node="ok")
    assert "goes on" in act(as_bob, asking, "clear_breakpoint", node="ok")


def test_it_edits_and_drops_items_of_a_held_step(as_bob: Client, held: Job) -> None:
    step, item = held.activations.get(), held.items.get()
    assert "Save this payload" in page(as_bob, held, f"steps/{step.pk}/")

    assert "Change an item: done." in act(as_bob, held, "edit_item", item=item.pk, payload='{"n": 5}')
    assert "Drop an item: done." in act(as_bob, held, "drop_item", item=item.pk)
    assert held.status == "completed"


def test_it_says_what_is_wrong_with_a_payload_and_keeps_what_was_typed(as_bob: Client, held: Job) -> None:
    text = act(as_bob, held, "edit_item", item=held.items.get().pk, payload='{"n": 5')

    assert "Nothing was changed." in text and "{&quot;n&quot;: 5</textarea>" in text
    assert held.items.get().payload == {"n": 1}


@pytest.mark.parametrize(("answer", "kind"), [("approve", "approved"), ("reject", "rejected")])
def test_it_asks_and_takes_the_answer(as_bob: Client, asking: Job, answer: str, kind: str) -> None:
    step = asking.activations.get()
    assert "&lt;Ship&gt; it?" in page(as_bob, asking) and "&lt;Ship&gt; it?" in page(
        as_bob, asking, f"steps/{step.pk}/"
    )

    act(as_bob, asking, "decide", step=step.pk, answer=answer, comment="Seen")

    assert (asking.status, asking.events.get(kind=kind).reason) == ("completed", "Seen")


def test_it_shows_no_buttons_to_who_may_only_look(as_bob: Client, bob: User, asking: Job) -> None:
    bob.user_permissions.remove(*bob.user_permissions.filter(codename__in=["decide_job", "control_job"]))

    text = page(as_bob, asking)
    assert "You may not decide this." in text and "Set a breakpoint" not in text
    assert as_bob.post(f"/jobs/{asking.pk}/do/set_breakpoint/", {"node": "ok"}).status_code == 403


@pytest.mark.parametrize(("field", "value"), [("answer", "?"), ("step", "0"), ("step", str(2**70))])
def test_it_takes_only_answers_to_what_was_asked(as_bob: Client, asking: Job, field: str, value: str) -> None:
    said = {"step": asking.activations.get().pk, "answer": "approve", field: value}

    assert as_bob.post(f"/jobs/{asking.pk}/do/decide/", said).status_code == 422


@pytest.mark.parametrize("item", ["x", "0", str(2**70)])
def test_it_drops_only_items_of_the_job(as_bob: Client, held: Job, item: str) -> None:
    assert as_bob.post(f"/jobs/{held.pk}/do/drop_item/", {"item": item}).status_code == 422


def test_it_links_a_job_and_the_jobs_that_it_started(as_bob: Client) -> None:
    make_flow("child", {"x": "approval"})
    job = start(make_flow("parent", {"call": {"routine": "sub_flow", "config": {"flow": "child"}}}), n=1)
    run_session()
    child = Job.objects.get(parent=job)

    assert f"/jobs/{child.pk}/" in page(as_bob, job)
    assert f"/jobs/{job.pk}/steps/{child.parent_step_id}/" in page(as_bob, child)


def test_it_shows_what_is_to_be_decided(as_bob: Client, asking: Job) -> None:
    question = page(as_bob, asking).partition("&lt;Ship&gt; it?")[2].partition("Approve")[0]

    assert "What is to be decided" in question
    assert "&quot;n&quot;: 1" in question
