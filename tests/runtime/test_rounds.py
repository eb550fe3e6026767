from __future__ import annotations

import pytest

from jobs.runtime import rounds
from jobs.runtime.rounds import Rounds


def test_it_does_one_duty_a_turn_until_the_round_is_over() -> None:
    done: list[str] = []
    walk = Rounds([lambda: done.append("a"), lambda: done.append("b")])

    while (duty := walk.next()) is not None:
        duty()

    assert (done, walk.under_way) == (["a", "b"], False)


def test_it_rests_between_rounds_and_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = Rounds([lambda: None])
    walk.next()
    assert walk.next() is None

    monkeypatch.setattr(rounds, "EVERY", 0.0)

    assert walk.next() is not None
