"""The answer to a claim that was long on its way: others may have taken the steps over, and who is dead begins none."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from jobs.models import Session
from jobs.runtime import lane
from jobs.runtime.execute import execute
from jobs.runtime.finished import Finished
from jobs.runtime.store import claim
from tests.engine import make_flow, results, run_flow


@pytest.mark.parametrize(("meanwhile", "began"), [({"ended_at": Now(), "outcome": "lost"}, [2]), ({}, [1])])
def test_it_begins_what_it_still_owns(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, meanwhile: dict[str, Any], began: list[int]
) -> None:
    settings.ROUTILUX = {**settings.ROUTILUX, "LEASE": 2.0}
    original, slow, seen = claim.claim, iter([1.1]), list[int]()

    def late(*words: Any, **more: Any) -> list[claim.Step]:
        steps = original(*words, **more)
        if steps and (seconds := next(slow, 0)):
            Session.objects.update(**meanwhile or {"pid": 1})
            time.sleep(seconds)
        return steps

    def watched(step: claim.Step, *words: Any) -> Finished:
        seen.append(step.attempt)
        return execute(step, *words)

    monkeypatch.setattr(claim, "claim", late)
    monkeypatch.setattr(lane, "execute", watched)

    job = run_flow(make_flow("late", {"a": "test_pass"}), n=1)

    assert (seen, len(results(job))) == (began, 1)
