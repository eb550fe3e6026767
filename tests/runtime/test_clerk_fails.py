"""What becomes of a session whose commit went through and then met an error: nothing stays behind."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.models import Session as Row
from jobs.runtime.finished import Outcome
from jobs.runtime.session import Session
from jobs.runtime.store.claim import Step
from tests.engine import make_flow, results, run_flow


@pytest.fixture
def clumsy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first session that hears of a commit stumbles over it."""
    original = Session.committed
    stumbled: list[Step] = []

    def committed(session: Session, step: Step, outcome: Outcome) -> None:
        if not stumbled:
            stumbled.append(step)
            raise RuntimeError("stumbled")
        original(session, step, outcome)

    monkeypatch.setattr(Session, "committed", committed)


def test_it_hands_back_what_followed(clumsy: Any) -> None:
    job = run_flow(make_flow("chain", dict.fromkeys("abc", "test_pass"), ["a.output b.input", "b.output c.input"]))

    assert (job.status, len(results(job))) == ("completed", 1)
    assert Row.objects.filter(outcome__contains="a commit failed").count() == 1
