"""100 000 simulated steps under chaos; each world is compared with the naive oracle and held against the laws."""

from __future__ import annotations

from itertools import count

import pytest

from tests.simulator.seeds import kept, watched
from tests.simulator.world import FAMILIES, simulate

#: In the last part jobs have child jobs.
PARTS, STEPS_A_PART = 6, 20_000


@pytest.mark.parametrize("seed", kept())
def test_it_holds_where_it_once_broke(seed: int) -> None:
    watched(seed)


@pytest.mark.parametrize("part", range(PARTS))
def test_it_holds_every_law_whatever_the_schedule(part: int) -> None:
    seeds, steps = count(part * 100_000), 0

    while steps < STEPS_A_PART:
        steps += watched(next(seeds))


def test_it_is_deterministic() -> None:
    seeds = [*range(20), *range(FAMILIES, FAMILIES + 20)]
    assert [simulate(seed) for seed in seeds] == [simulate(seed) for seed in seeds]
