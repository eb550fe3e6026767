"""While steps are short a session claims more than it has lanes for; what turns out to have to wait goes back."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.runtime import trays
from jobs.runtime.store import claim
from tests.engine import make_flow, run_flow


@pytest.fixture
def given_back(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    nodes: list[str] = []
    original = claim.hand_back

    def spy(link: Any, steps: list[claim.Step], **rest: Any) -> None:
        nodes.extend(step.node for step in steps)
        original(link, steps, **rest)

    monkeypatch.setattr(claim, "hand_back", spy)
    return nodes


def test_it_gives_back_steps_that_must_wait_for_long_ones(
    given_back: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trays, "AHEAD", 10.0)
    nodes = {
        "a": {"routine": "test_spread", "config": {"count": 12}},
        "b": {"routine": "test_nap", "config": {"seconds": 0.5}},
    }

    job = run_flow(make_flow("long", nodes, ["a.output b.input"]))

    assert set(given_back) == {"b"}
    assert set(job.activations.values_list("status", "attempt")) == {("completed", 1)}
