"""A dry run goes as a job would, without a database and without waiting."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.dryrun.report import report
from jobs.dryrun.sample import Sample
from jobs.dryrun.simulate import simulate
from templates_app.spec import FlowSpec, SlotSpec
from tests.dryrun.specs import flow, sample

PAIR = ["a.output b.input"]
RETRY = {"strategy": "retry", "max_retries": 2, "retry_delay": 60.0}


def tried(spec: FlowSpec, given: Sample) -> dict[str, Any]:
    return report(simulate(spec, given))


def node(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(found for found in answer["nodes"] if found["node"] == name)


def test_it_runs_pure_routines_for_real() -> None:
    answer = tried(flow({"a": "test_pass", "b": "test_pass"}, PAIR), sample("a.input", {"n": 1}))

    assert (answer["outcome"], answer["result"]) == ("completed", {"b.output": [{"n": 1, "trail": ["a", "b"]}]})
    assert [step["node"] for step in answer["steps"]] == ["a", "b"]


def test_it_does_not_run_what_has_side_effects() -> None:
    spec = flow({"a": {"class_key": "test_record", "pure": False}, "b": "test_pass"}, ["a.key b.input"])

    answer = tried(spec, sample("a.input", {"n": 1}))

    assert (answer["outcome"], answer["result"], node(answer, "a")["how"]) == ("completed", {}, ["skipped"])
    assert "give it sample outputs" in node(answer, "a")["note"]


def test_it_looks_up_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTILUX_SECRET_SHOP_KEY", "hunter2")
    spec = flow({"a": {"class_key": "test_telltale", "config_text": '{"key": {"$secret": "SHOP_KEY"}}'}})

    answer = tried(spec, sample("a.input", {"n": 1}))

    assert "give the node a sample output" in answer["steps"][0]["error"]["message"]
    assert "hunter2" not in str(answer)


def test_it_sends_sample_outputs_instead() -> None:
    spec = flow({"a": {"class_key": "test_record", "pure": False}, "b": "test_pass"}, ["a.key b.input"])

    answer = tried(spec, sample("a.input", {"n": 1}, outputs={"a": {"key": [{"key": 1}, {"key": 2}]}}))

    assert [found["key"] for found in answer["result"]["b.output"]] == [1, 2]
    assert node(answer, "a")["how"] == ["sample"]


def test_it_tells_what_policies_decided_and_flushes_tails() -> None:
    batch = {"class_key": "test_gather", "policy": {"type": "batch_size", "min_batch_size": 2}}

    answer = tried(flow({"a": "test_spread", "b": batch}, PAIR), sample("a.input"))

    assert [found["count"] for found in answer["result"]["b.output"]] == [2, 1]
    assert [(one["take"], one["drained"]) for one in answer["decisions"] if one["take"]] == [
        ({"input": 2}, False),
        ({"input": 1}, True),
    ]


def test_it_does_not_wait_for_retries() -> None:
    answer = tried(flow({"a": {"class_key": "test_flaky", "error_handler": RETRY}}), sample("a.input"))

    assert (answer["outcome"], answer["simulated_seconds"]) == ("completed", 60.0)
    first = answer["steps"][0]["decision"]
    assert (first["strategy"], first["retry"], first["of"], first["delay"]) == ("retry", 1, 2, 60.0)


@pytest.mark.parametrize(
    ("handler", "outcome", "status"),
    [
        (None, "failed", "failed"),
        ({"strategy": "continue"}, "completed", "error_continued"),
        ({"strategy": "skip"}, "completed", "skipped"),
        ({**RETRY, "max_retries": 0}, "failed", "failed"),
    ],
)
def test_it_asks_the_error_handler(handler: Any, outcome: str, status: str) -> None:
    spec = flow({"a": {"class_key": "test_pass", "error_handler": handler}})

    answer = tried(spec, sample("a.input", errors={"a": ["TimeoutError"]}))

    assert (answer["outcome"], answer["steps"][0]["status"]) == (outcome, status)
    assert answer["steps"][0]["error"]["type"] == "TimeoutError"


def test_it_keeps_what_no_policy_took() -> None:
    answer = tried(flow({"a": "test_join"}), sample("a.left", {"n": 1}))

    assert (answer["outcome"], answer["undelivered"]) == ("completed", [{"slot": "a.left", "payload": {"n": 1}}])
    assert node(answer, "a")["note"] == "Items wait, but its policy did not let it run."


def test_it_lets_open_flows_wait_for_more() -> None:
    assert tried(flow({"a": "test_pass"}, keep_open=True), Sample(port=None))["outcome"] == "open"


def test_it_keeps_the_durable_state_of_a_node() -> None:
    answer = tried(flow({"a": "test_spread", "b": "test_tally"}, PAIR), sample("a.input"))

    assert [found["total"] for found in answer["result"]["b.output"]] == [1, 2, 3]


def test_it_keeps_branches_apart() -> None:
    spec = flow({"a": "test_pass", "b": "test_spoil", "c": "test_pass"}, ["a.output b.input", "a.output c.input"])

    answer = tried(spec, sample("a.input"))

    assert answer["result"]["c.output"] == [{"trail": ["a", "c"]}]


def test_it_ends_a_flow_that_goes_round_for_ever() -> None:
    answer = tried(flow({"a": "test_pass"}, ["a.output a.input"]), sample("a.input"))

    assert (answer["outcome"], len(answer["steps"])) == ("stopped", 1000)


def test_it_judges_a_step_that_overfills_a_slot() -> None:
    full = {"class_key": "test_spread", "config_text": '{"count":1500}'}
    batch = {"class_key": "test_join", "policy": {"type": "batch_size", "min_batch_size": 5000}}

    answer = tried(flow({"a": full, "b": batch}, ["a.output b.left"]), sample("a.input"))

    assert (answer["outcome"], answer["steps"][0]["error"]["type"]) == ("failed", "SlotFull")


def test_it_lets_custom_policies_read_and_pass_over_what_waits() -> None:
    newest = {"class_key": "test_gather", "policy": {"type": "custom", "name": "test_newest"}}

    answer = tried(flow({"a": "test_spread", "b": newest}, PAIR), sample("a.input"))

    assert answer["outcome"] == "completed"
    assert answer["dropped"] + sum(found["count"] for found in answer["result"]["b.output"]) == 3


def _narrow(outcome: str, right: int) -> FlowSpec:
    slots = (SlotSpec("left", 2, outcome), SlotSpec("right"))
    nodes = {
        "s": "test_pass",
        "l": {"class_key": "test_spread", "config_text": '{"count":4}'},
        "r": {"class_key": "test_spread", "config_text": f'{{"count":{right}}}'},
        "j": {"class_key": "test_join", "slots": slots, "policy": {"type": "all_slots_ready"}},
    }
    return flow(nodes, ["s.output l.input", "s.output r.input", "l.output j.left", "r.output j.right"])


def test_it_waits_for_room_as_a_job_does() -> None:
    answer = tried(_narrow("block", 4), sample("s.input"))

    assert (answer["outcome"], len(answer["result"]["j.output"])) == ("completed", 4)


def test_it_tells_when_nothing_can_make_room() -> None:
    answer = tried(_narrow("block", 1), sample("s.input"))

    assert answer["outcome"] == "failed"
    assert "l: it waits for room in j.left, which holds 2" in str(answer)


def test_it_counts_what_a_full_slot_dropped() -> None:
    answer = tried(_narrow("drop", 0), sample("s.input"))

    assert (answer["outcome"], answer["dropped"], answer["undelivered_count"]) == ("completed", 2, 2)
