"""Whatever order rows are committed in, each is read exactly once, and what was rolled back is waited for in vain only
for a while."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from jobs.webhooks.gaps import MOST, PATIENCE, Gap, Moment, advance


def moment(oldest: int, newest: int, now: float = 0.0) -> Moment:
    return Moment(oldest, newest, now)


@given(st.integers(0, 2**32), st.integers(1, 30))
def test_it_reads_each_row_once_in_whatever_order_they_are_committed(seed: int, count: int) -> None:
    chance = random.Random(seed)
    unfinished = {transaction: chance.random() < 0.8 for transaction in range(1, count + 1)}  # id and transaction alike
    there: set[int] = set()
    read: list[int] = []
    cursor, now = 0, 0.0
    gaps: list[Gap] = []
    while unfinished or now < 100:
        now += chance.choice([1.0, PATIENCE])
        oldest = min(unfinished, default=count + 1)
        seen = [row for row in there if row > cursor or row in {gap.id for gap in gaps}]
        read += seen
        cursor, gaps = advance(cursor, gaps, seen, moment=moment(oldest, count + 1, now), known=oldest)
        for transaction in chance.sample(sorted(unfinished), k=chance.randint(0, len(unfinished))):
            if unfinished.pop(transaction):
                there.add(transaction)
    assert sorted(read) == sorted(there)
    assert gaps == []


def test_it_keeps_a_gap_until_its_transactions_are_over() -> None:
    cursor, gaps = advance(5, [], [7], moment=moment(90, 100))

    assert (cursor, gaps) == (7, [Gap(6, 100, 0.0)])
    assert advance(7, gaps, [], moment=moment(99, 120, 1000.0))[1] == gaps
    assert advance(7, gaps, [], moment=moment(100, 120, PATIENCE - 1))[1] == gaps
    assert advance(7, gaps, [], moment=moment(100, 120, PATIENCE))[1] == []


def test_it_judges_by_what_was_known_before_the_reading() -> None:
    gaps = [Gap(6, 100, 0.0)]

    assert advance(7, gaps, [], moment=moment(100, 120, PATIENCE), known=99)[1] == gaps


def test_it_does_not_keep_gaps_without_end() -> None:
    assert len(advance(0, [], [10 * MOST], moment=moment(1, 1))[1]) <= MOST
