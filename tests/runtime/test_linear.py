from __future__ import annotations

from jobs.states import JobStatus
from tests.engine import make_flow, results, run_flow
from tests.runtime.flows import spread

PASS = {"a": "test_pass", "b": "test_pass", "c": "test_pass"}


def test_it_runs_a_chain_and_completes_by_itself() -> None:
    flow = make_flow("chain", PASS, ["a.output b.input", "b.output c.input"])

    job = run_flow(flow, n=1)

    assert job.status == JobStatus.COMPLETED
    assert results(job) == [{"n": 1, "trail": ["a", "b", "c"]}]
    assert [(a.node, a.status, a.attempt) for a in job.activations.all()] == [(x, "completed", 1) for x in "abc"]


def test_it_starts_no_activation_twice_and_counts_none_as_open() -> None:
    flow = make_flow("fan", {"a": spread(20), "b": "test_pass"}, ["a.output b.input"])

    job = run_flow(flow)

    assert job.open == 0
    assert job.activations.filter(node="b").count() == 20
    assert sorted(r["n"] for r in results(job)) == list(range(20))


def test_it_tells_its_story_in_events() -> None:
    job = run_flow(make_flow("one", {"a": "test_pass"}))

    assert list(job.events.values_list("kind", flat=True)) == ["triggered", "started", "completed"]


def test_it_fans_an_event_out_to_every_connection_without_sharing_payloads() -> None:
    """Each branch spoils what it was given before it sends it on."""
    nodes = {"a": "test_pass", "b": "test_spoil", "c": "test_spoil"}

    job = run_flow(make_flow("fork", nodes, ["a.output b.input", "a.output c.input"]), n=1)

    assert sorted(r["trail"] for r in results(job)) == [["a", "spoilt by b"], ["a", "spoilt by c"]]


def test_it_lets_no_slot_of_a_join_share_a_payload_with_another() -> None:
    job = run_flow(
        make_flow("twice", {"a": "test_pass", "j": "test_spoil_left"}, ["a.output j.left", "a.output j.right"])
    )

    assert results(job)[0]["right"] == [{"trail": ["a"]}]
