from __future__ import annotations

from typing import Any

import pytest

from routilux_site import demo
from routilux_site.demo import Client, DemoError, describe, explain, follow
from routilux_site.stack import StackError


class Told(Client):
    """A client whose server tells a prepared story."""

    def job(self, identity: str) -> dict[str, Any]:
        return STORY.pop(0) if len(STORY) > 1 else STORY[0]


STORY: list[dict[str, Any]] = []
RUNNING = {"status": "running", "progress": {"total": 3, "done": 1, "running_nodes": ["route"]}}
COMPLETED = {"status": "completed", "progress": {"total": 3, "done": 3}}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setattr(demo, "POLL_SECONDS", 0)
    return Told("http://localhost:1", "rtx_x")


def test_it_describes_progress_in_a_line() -> None:
    assert describe(RUNNING) == "running    1/3 steps   now: route"
    assert describe({**COMPLETED, "progress": {"total": 3, "done": 2, "failed": 1}}) == "completed  2/3 steps, 1 failed"


def test_it_explains_a_failure() -> None:
    error = {"summary": "route: ValueError: no", "traceback": "Traceback: here"}
    assert explain({"status": "failed", "error": error}) == "The job is failed. route: ValueError: no\nTraceback: here"
    assert explain({"status": "cancelled", "error": None}) == "The job is cancelled."


def test_it_follows_a_job_to_its_end(told: Told) -> None:
    STORY[:] = [RUNNING, RUNNING, COMPLETED]
    shown: list[str] = []
    assert follow(told, "7", show=shown.append, between=lambda: None) == COMPLETED
    assert shown == [describe(RUNNING), describe(COMPLETED)]


def test_it_gives_up_when_a_job_does_not_end(told: Told) -> None:
    STORY[:] = [RUNNING]
    with pytest.raises(DemoError, match="did not end"):
        follow(told, "7", show=lambda _: None, between=lambda: None, timeout=0.05)


def test_it_stops_following_when_a_process_died(told: Told) -> None:
    def died() -> None:
        raise StackError("gone")

    STORY[:] = [RUNNING]
    with pytest.raises(StackError, match="gone"):
        follow(told, "7", show=lambda _: None, between=died)
