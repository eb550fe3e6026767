"""What a step says is there to be read while it runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from jobs.models import Activation, Job, StepLog
from jobs.runtime.store.link import links
from jobs.runtime.store.tell import tell
from tests.engine import make_flow, run_flow, run_session, start
from tests.flows.waiting import waiting


@contextmanager
def meanwhile(look: Callable[[], None]) -> Iterator[None]:
    """Run `look` beside the body; what it asserts is raised here."""
    errors: list[BaseException] = []

    def safely() -> None:
        try:
            look()
        except BaseException as error:  # noqa: BLE001 - raised below
            errors.append(error)
        finally:
            waiting.over.set()
            connections.close_all()

    thread = threading.Thread(target=safely)
    thread.start()
    yield
    thread.join()
    if errors:
        raise errors[0]


def until(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come about")


def said(job: Job) -> StepLog | None:
    return StepLog.objects.filter(job=job, progress__n=1).first()


def test_it_tells_lines_and_progress_while_the_step_runs(bob: User) -> None:
    waiting.forget()
    job = start(make_flow("slow", {"a": "test_talk"}))

    def look() -> None:
        log = until(lambda: said(job))
        assert [line["text"] for line in log.lines] == ["hello"]
        assert log.progress == {"n": 1, "total": 2, "text": "half way"}
        assert Activation.objects.get(job=job).status == "running"

    with meanwhile(look):
        run_session()

    log = StepLog.objects.get(job=job)
    assert log.progress and ([line["text"] for line in log.lines], log.progress["n"]) == (["hello", "bye"], 2)


def test_it_shows_them_on_the_page_and_in_the_api(as_bob: Client) -> None:
    waiting.forget()
    waiting.over.set()
    job = run_flow(make_flow("quick", {"a": "test_talk"}))
    step = job.activations.get()

    page = as_bob.get(f"/jobs/{job.pk}/steps/{step.pk}/").content.decode()
    answer = as_bob.get(f"/api/v1/jobs/{job.pk}/steps/{step.pk}").json()

    assert '<progress max="2" value="2"' in page
    assert answer["logs"][0]["progress"] == {"n": 2.0, "total": 2.0, "text": "done"}


def test_it_lets_no_stale_session_tell_anything() -> None:
    waiting.forget()
    waiting.over.set()
    job = run_flow(make_flow("quick", {"a": "test_talk"}))
    step = job.activations.get()

    tell(links.get("test"), [{"id": step.pk, "attempt": 1, "lines": [], "progress": None}], session=uuid4())

    assert len(StepLog.objects.get(job=job).lines) == 2
