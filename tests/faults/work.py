"""The flows that are under way while things break, and what each must come to: worked out by hand, not by the engine.

All of them bear a hundred deaths a step, because here nobody is to blame for dying; all but the poison, which must fail
after the usual bound, and the bystander, which must not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.hazards import poison

Payload = dict[str, Any]

FLOWS = """
from templates_app.services import create_routine
AGAIN = {"strategy": "retry", "max_retries": 5, "retry_delay": 0.2}
create_routine("marked", base="hazard_work", own={"config": {"seconds": 0.01, "mark": 1}})

def linear(name, routine, count, **settings):
    nodes = {f"s{n}": routine for n in range(count)}
    make_flow(name, nodes, [f"s{n}.output s{n + 1}.input" for n in range(count - 1)], max_attempts=100, **settings)

linear("line", "hazard_work", 6)
linear("rows", "hazard_rows", 4)
linear("marks", "marked", 3)
linear("open", "hazard_work", 2, keep_open=True)
linear("limited", "hazard_work", 2, concurrency={"limit": 2})
linear("rated", "hazard_work", 2, rate_limit={"count": 4, "per_seconds": 2})
make_flow("fan", {
    "a": {"routine": "test_spread", "config": {"count": 6}},
    "b": "hazard_work",
    "c": {"routine": "test_gather", "policy": {"type": "batch_size", "min_batch_size": 4}},
}, ["a.output b.input", "b.output c.input"], max_attempts=100)
make_flow("diamond", {"a": "hazard_work", "b": "hazard_rows", "c": "hazard_work", "d": "test_join"},
    ["a.output b.input", "a.output c.input", "b.output d.left", "c.output d.right"], max_attempts=100)
make_flow("tally", {"a": {"routine": "test_spread", "config": {"count": 5}}, "b": "test_tally"},
    ["a.output b.input"], max_attempts=100)
make_flow("flaky", {"a": {"routine": "test_flaky", "config": {"times": 2}, "error_handler": AGAIN}, "b": "test_pass"},
    ["a.output b.input"], max_attempts=100)
make_flow("narrow", {"a": {"routine": "test_spread", "config": {"count": 6}}, "b": "hazard_work"},
    ["a.output b.input"], max_attempts=100, max_workers=2)
"""
#: Each kind of poison in a flow of its own, and work beside it that bears no more deaths than any other.
POISON = f"""
for kind in {sorted(poison.KINDS)}:
    node = {{"routine": "hazard_poison", "config": {{"kind": kind}}, "timeout": 1}}
    make_flow(f"poison_{{kind}}", {{"a": node}})
work = {{"routine": "hazard_work", "config": {{"seconds": 0.3}}}}
make_flow("bystander", dict.fromkeys(("s0", "s1", "s2"), work), ["s0.output s1.input", "s1.output s2.input"])
"""
POISONS = tuple(f"poison_{kind}" for kind in poison.KINDS)
DEADLY = tuple(f"poison_{kind}" for kind in poison.DEADLY)


@dataclass(frozen=True)
class Expected:
    """How many steps of a job complete, and its results, in any order, without who sent them."""

    steps: int
    results: list[Payload]


def expected(flow: str, n: int) -> Expected:
    trail = [f"s{place}" for place in range(STRAIGHT.get(flow, 0))]
    if flow in STRAIGHT:
        return Expected(len(trail), [{"n": n, "trail": trail}])
    if flow == "open":
        return Expected(6, [{"n": number, "trail": ["s0", "s1"]} for number in (n, n + 1, n + 2)])
    return BRANCHED[flow]


STRAIGHT: Mapping[str, int] = {"line": 6, "rows": 4, "marks": 3, "limited": 2, "rated": 2, "bystander": 3}
BRANCHED: Mapping[str, Expected] = {
    "fan": Expected(9, [{"count": 4}, {"count": 2}]),
    "diamond": Expected(4, [{"left": ["a", "b"], "right": ["a", "c"]}]),
    "tally": Expected(6, [{"total": total} for total in range(1, 6)]),
    "flaky": Expected(2, [{"attempt": 3, "trail": ["b"]}]),
    "narrow": Expected(7, [{"n": number, "trail": ["b"]} for number in range(6)]),
}
NAMES = ("line", "rows", "marks", "limited", "rated", *BRANCHED)


def comes_to(flow: str, n: int, results: Sequence[Payload]) -> bool:
    """Whether these are the results of a job of the flow that was triggered with `n`."""
    found = sorted(json.dumps(_essence(flow, payload), sort_keys=True) for payload in results)
    return found == sorted(json.dumps(payload, sort_keys=True) for payload in expected(flow, n).results)


def _essence(flow: str, payload: Payload) -> Payload:
    """What of a result the order of events cannot change."""
    if flow == "fan":
        return {"count": payload["count"]}
    if flow == "diamond":
        return {side: payload[side][0]["trail"] for side in ("left", "right")}
    return {key: value for key, value in payload.items() if key not in ("by", "marks")}
