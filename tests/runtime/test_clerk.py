"""A lane whose step nothing follows does not wait for the commit while there is more to do."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from jobs.runtime import lane
from jobs.runtime.committer import Committer
from jobs.runtime.execute import execute
from jobs.runtime.finished import Finished, Outcome
from jobs.runtime.store.claim import Step
from templates_app.models import FlowPrototype
from tests.engine import make_flow, results, run_flow

LANES = 4
NODES = {
    "a": {"routine": "test_spread", "config": {"count": 30}},
    "b": "test_pass",
    "c": {"routine": "test_gather", "policy": {"type": "batch_size", "min_batch_size": 30}},
}


class SlowDatabase:
    """The first commit of a step "b" takes until more of them have run than there are lanes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.more_ran = threading.Semaphore(0)
        self.overtaken: list[bool] = []
        self._write = Committer._write_joint
        monkeypatch.setattr(Committer, "_write_joint", lambda committer, finished: self.write(committer, finished))
        monkeypatch.setattr(lane, "execute", self.execute)

    def execute(self, step: Step, *words: Any) -> Finished:
        if step.node == "b":
            self.more_ran.release()
        return execute(step, *words)

    def write(self, committer: Committer, finished: list[Finished]) -> list[Outcome]:
        if finished[0].step.node == "b" and not self.overtaken:
            self.overtaken.append(all(self.more_ran.acquire(timeout=10) for _ in range(LANES + 2)))
        return self._write(committer, finished)


def gathering(name: str) -> FlowPrototype:
    return make_flow(name, NODES, ["a.output b.input", "b.output c.input"])


def test_it_begins_the_next_step_while_a_commit_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    database = SlowDatabase(monkeypatch)

    job = run_flow(gathering("overtaking"))

    assert database.overtaken == [True]
    assert len(results(job)) == 1


def test_it_waits_for_the_commit_when_something_may_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[str] = []
    monkeypatch.setattr(lane.Lane, "_may_leave", spy(lane.Lane._may_leave, left))

    run_flow(gathering("following"))

    assert "b" in left
    assert not {"a", "c"} & set(left)


def test_it_ends_a_session_only_when_all_is_committed() -> None:
    job = run_flow(gathering("whole"))

    assert job.status == "completed"
    assert set(job.activations.values_list("attempt", flat=True)) == {1}


def spy(original: Any, left: list[str]) -> Any:
    def may_leave(self: lane.Lane, finished: Finished) -> bool:
        leaves: bool = original(self, finished)
        left.extend([finished.step.node] * leaves)
        return leaves

    return may_leave
