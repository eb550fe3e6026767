"""What a thread of a session does next: begin a step, commit what has come together, or go home."""

from __future__ import annotations

from queue import SimpleQueue
from typing import Any, cast
from uuid import UUID

import pytest

from jobs.runtime import trays
from jobs.runtime.finished import Finished
from jobs.runtime.program import Program
from jobs.runtime.store.claim import Step
from jobs.runtime.trays import Bell, Trays

JOB = UUID(int=1)


def a_step(number: int) -> Step:
    return Step(number, JOB, 1, "a", attempt=1, errors=0, priority=0, message=None, inputs={})


def an_attempt(number: int, **rest: Any) -> Finished:
    return Finished(a_step(number), cast(Program, None), **rest)


def ids(attempts: Any) -> list[int]:
    return [attempt.step.id for attempt in attempts]


def a_bell() -> Bell:
    return SimpleQueue()


def nobody() -> Bell | None:
    return None


def some_trays(*numbers: int, lanes: int = 2) -> Trays:
    made = Trays(lanes, hire=nobody)
    made.put(map(a_step, numbers))
    return made


def test_it_runs_what_lies_there_before_it_commits() -> None:
    some, bell = some_trays(1, 2), a_bell()

    seen: list[Any] = []
    for number in (1, 2):
        seen.append(some.next(bell))
        some.end(bell, an_attempt(number))

    assert seen == [a_step(1), a_step(2)]
    assert ids(some.next(bell)) == [1, 2]


def test_it_lets_no_attempt_wait_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    some, bell = some_trays(1, 2), a_bell()
    monkeypatch.setattr(trays, "HOLD", 0.0)

    some.next(bell)
    some.end(bell, an_attempt(1))

    assert ids(some.next(bell)) == [1]


def test_it_begins_no_more_steps_than_there_are_lanes_and_commits_all_the_same() -> None:
    some = some_trays(1, 2, 3, lanes=2)

    some.next(a_bell())
    some.next(a_bell())
    some.hand_in(an_attempt(4))

    assert ids(some.next(a_bell())) == [4]


def test_it_commits_in_one_thread_at_a_time() -> None:
    some = some_trays()
    some.hand_in(an_attempt(1))
    assert ids(some.lead()) == [1]

    some.hand_in(an_attempt(2))
    assert some.lead() == []
    some.settle([])
    assert ids(some.lead()) == [2]


def test_it_calls_one_thread_while_there_is_more_to_do_than_one_does() -> None:
    bells = [a_bell(), a_bell(), a_bell()]
    hired = iter(bells)
    some = Trays(2, hire=lambda: next(hired))

    some.put([a_step(1), a_step(2)])
    assert next(hired) is bells[1]  # only the first was hired: it has not looked yet
    assert some.next(bells[0]) == a_step(1)
    assert next(hired, None) is None


def test_it_keeps_the_place_of_a_lane_until_its_attempt_is_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trays, "AHEAD", 0.0)
    some, bell = some_trays(1, lanes=3), a_bell()
    assert some.free == 2

    some.next(bell)
    some.end(bell, an_attempt(1))
    assert some.free == 2
    some.next(bell)
    some.settle([])
    assert some.free == 3


def test_it_frees_a_lane_at_once_when_nothing_can_follow() -> None:
    some, bell = some_trays(1, lanes=1), a_bell()

    some.next(bell)
    some.end(bell, an_attempt(1, left=True))

    assert (some.free, some.left) == (1, 1)


def test_it_asks_for_more_steps_than_lanes_while_they_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trays, "UNKNOWN", 0.0)
    some, bell = some_trays(1, lanes=4), a_bell()

    some.next(bell)
    some.end(bell, an_attempt(1, left=True))

    assert (some.free, some.ahead) == (4, trays.MOST_AHEAD * 4)


def test_it_claims_anew_when_half_of_what_is_ahead_is_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trays, "UNKNOWN", 0.0)
    monkeypatch.setattr(trays, "MOST_AHEAD", 2.0)
    some = Trays(2, hire=nobody)  # four ahead

    some.put(map(a_step, range(4)))
    assert (some.free, some.ahead, some.hungry) == (0, 2, False)
    monkeypatch.setattr(trays, "PATIENCE", 0.0)
    some.take_back()
    assert some.hungry


def test_it_gives_back_what_lies_there_for_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    some = some_trays(1, 2, 3, lanes=1)
    some.next(a_bell())
    assert some.take_back() == []

    monkeypatch.setattr(trays, "PATIENCE", 0.0)

    assert some.take_back() == [a_step(2), a_step(3)]
    assert sorted(some.claimed) == [1]


def test_it_begins_nothing_once_halted_and_sends_everybody_home() -> None:
    some = some_trays(1, 2)
    some.halt()
    some.put([a_step(3)])
    some.hand_in(an_attempt(4))
    some.dismiss()

    assert ids(some.next(a_bell())) == [4]
    some.settle([a_step(5)])
    assert some.next(a_bell()) is None


@pytest.mark.parametrize(("comes_back", "called"), [(True, 1), (False, 2)])
def test_it_calls_nobody_for_what_the_thread_that_committed_begins(comes_back: bool, called: int) -> None:
    bells: list[Bell] = []

    def hire() -> Bell:
        bells.append(a_bell())
        return bells[-1]

    some = Trays(2, hire=hire)
    some.hand_in(an_attempt(1))
    assert ids(some.next(bells[0])) == [1]

    some.settle([a_step(2), a_step(3)], by=bells[0] if comes_back else None)

    assert len(bells) == called
    assert some.next(bells[0]) == a_step(2)
    assert len(bells) == 2  # for the third


def test_it_calls_another_for_the_steps_when_the_thread_gets_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trays, "HOLD", 0.0)
    me, other = a_bell(), a_bell()
    bells = iter([me, other])
    some = Trays(2, hire=lambda: next(bells, None))
    some.hand_in(an_attempt(1))
    some.next(me)
    some.hand_in(an_attempt(2))  # while the first is written

    some.settle([a_step(3), a_step(4)], by=me)

    assert ids(some.next(me)) == [2]
    assert next(bells, None) is None


def test_it_sends_a_thread_home_that_was_given_up_and_comes_back() -> None:
    some, bell = some_trays(1, 2), a_bell()
    some.next(bell)
    some.give_up(bell)
    some.end(bell, an_attempt(1))

    assert some.next(bell) is None
    assert some.next(a_bell()) == a_step(2)


def test_it_takes_nothing_from_a_thread_that_was_given_up() -> None:
    some, bell = some_trays(1), a_bell()

    some.next(bell)
    some.give_up(bell)
    some.end(bell, an_attempt(1))

    assert not some.busy


def test_it_knows_all_steps_that_are_not_committed() -> None:
    some, bell = some_trays(1, 2), a_bell()
    some.next(bell)
    some.hand_in(an_attempt(3))
    some.lead()
    some.hand_in(an_attempt(4))

    assert sorted(some.claimed) == [1, 2, 3, 4]
