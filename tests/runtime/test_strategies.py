"""What becomes of a step that raises: each strategy at each level, and which errors are tried again."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

import pytest

from jobs.models import Job
from jobs.runtime import judge as judging
from jobs.states import JobStatus
from tests.engine import make_flow, results, run_flow
from tests.flows.routines import Spread

RETRY = {"strategy": "retry", "max_retries": 2, "retry_delay": 0.01}
AFTER = {
    "stop": (JobStatus.FAILED, "failed"),
    "continue": (JobStatus.COMPLETED, "error_continued"),
    "skip": (JobStatus.COMPLETED, "skipped"),
    "retry": (JobStatus.COMPLETED, "completed"),
}


def flaky(*, node: Mapping[str, Any] | None = None, flow: Mapping[str, Any] | None = None, times: int = 1) -> Job:
    """A step that fails so many times, with an error handler of its own, of its flow, of both or of neither."""
    own: dict[str, Any] = {"routine": "test_flaky", "config": {"times": times}}
    own |= {"error_handler": node} if node else {}
    settings: dict[str, Any] = {"error_handler": flow} if flow else {}
    return run_flow(make_flow("flaky", {"a": own, "b": "test_pass"}, ["a.output b.input"], **settings))


def outcome(job: Job) -> tuple[str, str]:
    return job.status, job.activations.get(node="a").status


def says(strategy: str) -> dict[str, Any]:
    return RETRY if strategy == "retry" else {"strategy": strategy}


@pytest.mark.parametrize("strategy", AFTER)
def test_it_does_what_the_routine_says(strategy: str) -> None:
    assert outcome(flaky(node=says(strategy))) == AFTER[strategy]


@pytest.mark.parametrize("strategy", AFTER)
def test_it_does_what_the_flow_says_when_the_routine_says_nothing(strategy: str) -> None:
    assert outcome(flaky(flow=says(strategy))) == AFTER[strategy]


@pytest.mark.parametrize(("node", "flow"), [("skip", "retry"), ("retry", "skip"), ("stop", "continue")])
def test_it_hears_the_routine_before_the_flow(node: str, flow: str) -> None:
    assert outcome(flaky(node=says(node), flow=says(flow))) == AFTER[node]


@pytest.mark.parametrize("last", ["stop", "continue", "skip"])
def test_it_does_what_is_said_for_when_retries_are_used_up(last: str) -> None:
    job = flaky(node={**RETRY, "on_exhausted": last}, times=9)

    assert (outcome(job), job.activations.get(node="a").errors) == (AFTER[last], 3)


def hiccup(kind: str, *retryable: str) -> tuple[str, int]:
    """The job's status and how often the step was called, when these exceptions may be retried."""
    handler = {**RETRY, "retryable_exceptions": list(retryable), "on_exhausted": "skip"}
    nodes = {"a": {"routine": "test_hiccups", "error_handler": handler}}
    job = run_flow(make_flow("hiccups", nodes), **{"raise": kind})
    return job.status, job.activations.get().attempt


@pytest.mark.parametrize("name", ["Hiccup", "ConnectionError", "OSError", "Exception"])
def test_it_tries_again_for_a_registered_name_and_for_each_base_of_the_error(name: str) -> None:
    assert hiccup("belch", name) == (JobStatus.COMPLETED, 2)


@pytest.mark.parametrize(("kind", "names"), [("value", ["Hiccup"]), ("hiccup", ["TimeoutError", "ValueError"])])
def test_it_stops_at_once_for_any_other_error(kind: str, names: list[str]) -> None:
    assert hiccup(kind, *names) == (JobStatus.FAILED, 1)


def delays(monkeypatch: pytest.MonkeyPatch, *drawn: float) -> list[float]:
    """How long a step with some jitter waited before each retry, when these are the random numbers."""
    numbers, found = iter(drawn), []

    def judged(finished: Any, error: BaseException) -> None:
        judging.judge(finished, error)
        found.append(round(finished.delay, 6))
        finished.delay = 0.0

    monkeypatch.setattr("jobs.runtime.judge.random.random", lambda: next(numbers))
    monkeypatch.setattr("jobs.runtime.mishap.judge", judged)
    flaky(node={**RETRY, "max_retries": 5, "retry_delay": 8, "retry_backoff": 1, "jitter": 0.25}, times=len(drawn))
    return found


def test_it_spreads_retries_by_their_jitter_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    assert delays(monkeypatch, 0.0, 0.5, 1.0) == [6.0, 8.0, 10.0]


def test_it_refuses_the_late_result_of_a_branch_when_another_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two branches are at work at once. One fails; the other goes on until the job has failed, and then sends."""
    both_at_work = threading.Barrier(2, timeout=60)

    def fail_or_be_late() -> None:
        if both_at_work.wait() == 0:
            raise ValueError("no")
        deadline = time.monotonic() + 60
        while Job.objects.get().status != JobStatus.FAILED and time.monotonic() < deadline:
            time.sleep(0.02)

    monkeypatch.setattr(Spread, "before", staticmethod(fail_or_be_late))
    nodes = {"s": "test_pass", "a": "test_spread", "b": "test_spread"}
    job = run_flow(make_flow("branches", nodes, ["s.output a.input", "s.output b.input"]), n=1)

    late = job.activations.get(node="b" if job.error_node == "a" else "a")
    assert (job.status, job.open, late.status) == (JobStatus.FAILED, 0, "cancelled")
    assert (job.items.filter(source_id=late.pk).count(), results(job)) == (0, [])
